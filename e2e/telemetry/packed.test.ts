// What people install: the packed package, by npm, into applications with and without an OpenTelemetry SDK of their own.
import assert from 'node:assert/strict'
import { basename, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { SpanItem } from '../../packages/server/src/query/contract.ts'
import { runChild } from '../stage/child-process.ts'
import { startHoldfast, type Holdfast } from '../stage/holdfast-process.ts'
import { listSpans } from '../stage/query-client.ts'
import { packPackage, type Tarball } from '../stage/pack-package.ts'
import { makeTemporaryDirectory } from '../stage/temporary-directory.ts'
import { waitUntil } from '../stage/wait-until.ts'
import { applications, installApplication, type Program } from './applications.ts'
import { compileConsumer } from './compile-consumer.ts'
import { findNodes, type NodeVersion } from './oldest-node.ts'

test('the packed telemetry package', { concurrency: 3 }, async (t) => {
  const dir = await makeTemporaryDirectory(t)
  const [tarball, holdfast, nodes] = await Promise.all([
    packPackage(t, '@holdfast/telemetry', dir),
    startHoldfast(t, { dataDir: join(dir, 'data') }),
    findNodes(t),
  ])

  const checks = applications.map(async (application, i) => {
    const folder = join(dir, `application ${i}`)
    await t.test(`installs into ${application.title} without a word`, async (t) => {
      await installApplication(t, application, { folder, tarball: tarball.path })
    })
    await t.test(`has types that ${application.title} compiles with`, async (t) => {
      await compileConsumer(t, folder, application.dependencies)
    })
    for (const node of nodes) {
      for (const program of application.programs) {
        await t.test(
          `${basename(program.file)} in ${application.title} on ${node.title}: all spans arrive`,
          async (t) => {
            await runProgram(t, { folder, node, program, holdfast })
          },
        )
      }
    }
  })
  await Promise.all([
    ...checks,
    t.test('holds what it needs, and little of it', () => checkContents(tarball)),
  ])
})

interface Run {
  readonly folder: string
  readonly node: NodeVersion
  readonly program: Program
  readonly holdfast: Holdfast
}

async function runProgram(t: TestContext, { folder, node, program, holdfast }: Run): Promise<void> {
  const endpoint = program.protocol === 'grpc' ? `http://${holdfast.otlpGrpc}` : holdfast.otlpHttpUrl
  const ran = await runChild(t, {
    title: program.file,
    command: node.command,
    args: [basename(program.file)],
    cwd: folder,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: program.protocol,
      TELEMETRY_SPOOL_DIR: join(folder, 'spool'),
    },
  })
  assert.equal(ran.code, 0, ran.stderr)
  assert.equal(ran.stderr, '', 'neither Node.js nor we have anything to remark')
  const [traceId] = /\b[0-9a-f]{32}\b/.exec(ran.stdout) ?? []
  assert.ok(traceId, ran.stdout)
  let spans: SpanItem[] = []
  await waitUntil(async () => {
    spans = await listSpans(holdfast.queryUrl, traceId, 'attributes')
    return spans.length >= program.spans.length
  })
  assert.deepEqual(spans.map((span) => span.name).sort(), program.spans)
  // As text, for whatever SDK is in between: a 2.x one drops objects.
  for (const { name, attributes } of spans) {
    if (name.startsWith('invoke_agent')) assert.equal(typeof attributes?.['input.value'], 'string')
  }
  const [, seenByApplication] = /"seenByApplication":(\[.*?\])/.exec(ran.stdout) ?? []
  if (seenByApplication !== undefined) assert.deepEqual(JSON.parse(seenByApplication), program.spans)
}

function checkContents({ files }: Tarball): void {
  const paths = [...files.keys()]
  for (const needed of [
    ...['dist/index.js', 'dist/index.d.ts', 'dist/mcp/index.js', 'dist/mcp/index.d.ts'],
    ...['dist/THIRD-PARTY-LICENSES', 'LICENSE', 'README.md'],
  ]) {
    assert.ok(paths.includes(needed), `it holds ${needed}`)
  }
  assert.deepEqual(
    paths.filter(
      (path) =>
        !/^(dist\/.*(\.js|\.d\.ts|THIRD-PARTY-LICENSES)|LICENSE|README\.md|package\.json)$/.test(path),
    ),
    [],
    'no tests, no source, nothing that lay about',
  )
  const bytes = (pattern: RegExp): number =>
    [...files].reduce((sum, [path, size]) => (pattern.test(path) ? sum + size : sum), 0)
  const kibibytes = 1024
  // By half more than it has now would mean that something came in by accident.
  assert.ok(
    bytes(/^dist\/mcp\/index\.js$/) < 64 * kibibytes,
    `MCP has ${bytes(/^dist\/mcp\/index\.js$/)} bytes`,
  )
  assert.ok(bytes(/grpc/) < 768 * kibibytes, `gRPC, on demand, has ${bytes(/grpc/)} bytes`)
  const rest = bytes(/\.js$/) - bytes(/grpc/)
  assert.ok(rest < 448 * kibibytes, `everything else has ${rest} bytes`)
}
