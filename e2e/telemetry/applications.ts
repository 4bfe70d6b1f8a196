// Applications that people have before they install our package.
import assert from 'node:assert/strict'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { TestContext } from 'node:test'
import { runNpm } from '../stage/run-npm.ts'

export interface Application {
  readonly title: string
  /** What it depends on before ours comes. */
  readonly dependencies: Readonly<Record<string, string>>
  /** Each prints the id of its trace. */
  readonly programs: readonly Program[]
}

export interface Program {
  /** From programs/. */
  readonly file: string
  /** Of its trace, sorted. */
  readonly spans: readonly string[]
  readonly protocol: 'grpc' | 'http/protobuf' | 'http/json'
}

/** The one that the READMEs print. */
const agentOfReadme: Program = {
  file: '../../../examples/agent/agent.mjs',
  spans: ['chat gpt-5', 'execute_tool get_weather', 'invoke_agent weather'],
  protocol: 'grpc',
}
const agentSpans = ['chat gpt-5', 'invoke_agent analyst']
const joinedSpans = ['invoke_agent analyst', 'request of the application']

export const applications: readonly Application[] = [
  {
    title: 'an empty application',
    dependencies: {},
    programs: [
      agentOfReadme,
      { file: 'mcp-entry.mjs', spans: ['client side', 'server side'], protocol: 'http/protobuf' },
      { file: 'esm-agent.mjs', spans: agentSpans, protocol: 'grpc' },
      { file: 'cjs-agent.cjs', spans: agentSpans, protocol: 'grpc' },
    ],
  },
  {
    title: 'an application on the 2.x line',
    dependencies: { '@opentelemetry/api': '1.9.1', '@opentelemetry/sdk-trace-node': '2.12.0' },
    programs: [
      { file: 'esm-agent.mjs', spans: agentSpans, protocol: 'http/protobuf' },
      { file: 'joins-2.mjs', spans: joinedSpans, protocol: 'grpc' },
    ],
  },
  {
    title: 'an application on the 3.x line',
    dependencies: {
      '@opentelemetry/api': '1.10.0',
      '@opentelemetry/context-async-hooks': '3.1.1',
      '@opentelemetry/sdk-node': '0.301.0',
      '@opentelemetry/sdk-trace': '3.1.1',
    },
    programs: [
      { file: 'cjs-agent.cjs', spans: agentSpans, protocol: 'http/json' },
      { file: 'joins-3.mjs', spans: joinedSpans, protocol: 'grpc' },
      { file: 'node-sdk.mjs', spans: ['request of the application'], protocol: 'http/protobuf' },
    ],
  },
]

/** A folder with the application, installed, and our package installed into it after that. */
export async function installApplication(
  t: TestContext,
  application: Application,
  { folder, tarball }: { folder: string; tarball: string },
): Promise<void> {
  const { dependencies, programs } = application
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
  for (const file of [...programs.map((program) => program.file), 'answer-request.mjs']) {
    await cp(join(import.meta.dirname, 'programs', file), join(folder, basename(file)))
  }
  const before = await runNpm(t, folder, ['install'])
  assert.equal(before.code, 0, before.stderr)

  const installed = await runNpm(t, folder, ['install', tarball])
  assert.equal(installed.code, 0, installed.stderr)
  // ERESOLVE, EBADENGINE, deprecated packages, scripts that wait to be allowed: npm says all of it on this stream. What it
  // had to remark on the application before is not ours.
  const known = readWarnings(before.stderr)
  assert.deepEqual(
    readWarnings(installed.stderr).filter((line) => !known.includes(line)),
    [],
    `${application.title}: npm has nothing to remark`,
  )
  const listed = await runNpm(t, folder, ['ls', '--all'])
  assert.equal(listed.code, 0, `every peer is satisfied:\n${listed.stdout}${listed.stderr}`)
}

/** What npm said, but for remarks on the settings of whoever runs the tests. */
function readWarnings(stderr: string): string[] {
  return stderr
    .split('\n')
    .filter((line) => line !== '' && !/^npm warn Unknown (user|env|cli) config/.test(line))
}
