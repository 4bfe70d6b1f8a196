import { join } from 'node:path'
import { DemoFailure } from './demo-failure.ts'
import type { Program, Programs } from './programs.ts'
import type { DemoOptions } from './read-options.ts'

const mcpServer = join(import.meta.dirname, '..', 'mcp-server', 'main.ts')

export interface McpServerProgram {
  /** For the agent. */
  readonly env: Readonly<Record<string, string>>
  /** Where it is, for people. */
  readonly place: string
  /** Ends it, whereupon it sends its last spans. Resolves with what is to say where it had ended by itself. */
  end(): Promise<DemoFailure | undefined>
}

const names = { http: 'Streamable HTTP', sse: 'SSE', stdio: 'stdio' } as const

/** Over stdio the agent starts it, and ends it: here it is only said how. */
export async function startMcpServer(
  programs: Programs,
  transport: DemoOptions['transport'],
  env: Readonly<Record<string, string>>,
): Promise<McpServerProgram> {
  const args = [mcpServer, '--transport', transport]
  if (transport === 'stdio') {
    const command = JSON.stringify([process.execPath, ...args])
    return {
      env: { MCP_COMMAND: command, CHINOOK_URL: env['CHINOOK_URL'] ?? '' },
      place: 'a child of the agent (stdio)',
      end: () => Promise.resolve(undefined),
    }
  }
  const program = programs.start({ title: 'the MCP server', args, env })
  const url = String((await program.ready)['url'])
  return { env: { MCP_URL: url }, place: `${url} (${names[transport]})`, end: () => end(program) }
}

async function end(program: Program): Promise<DemoFailure | undefined> {
  if (program.hasEnded()) {
    const how = await program.ended
    return new DemoFailure(
      `the MCP server ended by itself (${how}), so questions failed: ${program.lastWords()}`,
    )
  }
  await program.stop()
  return undefined
}
