// Others' MCP programs, 140 MB of them: installed once per lock file, outside of the workspace.
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { runChild } from '../stage/child-process.ts'
import { installLocked } from '../stage/install-locked.ts'
import { makeTemporaryDirectory } from '../stage/temporary-directory.ts'

export interface PartnerPrograms {
  /** The inspector's program, to be run with `--cli`. */
  readonly inspector: string
  readonly serverEverything: string
}

export async function findPartnerPrograms(t: TestContext): Promise<PartnerPrograms> {
  const folder = await installLocked(t, join(import.meta.dirname, 'partners'))
  const packages = join(folder, 'node_modules', '@modelcontextprotocol')
  return {
    inspector: join(packages, 'inspector', 'clients', 'launcher', 'build', 'index.js'),
    serverEverything: join(packages, 'server-everything', 'dist', 'index.js'),
  }
}

/** One call by the inspector's CLI; resolves with the text of the tool's answer. It writes below HOME, so it gets one. */
export async function callByInspector(
  t: TestContext,
  { inspector }: PartnerPrograms,
  args: readonly string[],
): Promise<string> {
  const ran = await runChild(t, {
    title: `mcp-inspector --cli ${args.join(' ')}`,
    command: process.execPath,
    args: [inspector, '--cli', '--method', 'tools/call', ...args],
    env: { HOME: await makeTemporaryDirectory(t) },
  })
  if (ran.code !== 0) throw new Error(`the inspector failed:\n${ran.stdout}${ran.stderr}`)
  const answer = JSON.parse(ran.stdout) as { content: { text: string }[] }
  return answer.content[0]?.text ?? ''
}
