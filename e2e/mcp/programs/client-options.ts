// The command line of both client programs.
import { parseArgs } from 'node:util'

export interface PlannedCall {
  readonly tool: string
  readonly arguments: Record<string, unknown>
}

export interface ClientOptions {
  readonly tracing: string
  readonly transport: 'http' | 'sse' | 'stdio'
  /** The server's address; on stdio, the command that starts it. */
  readonly target: string
  /** Arguments of the command. */
  readonly serverArgs: readonly string[]
  readonly era: '2025' | '2026'
  readonly tools: readonly PlannedCall[]
}

/** `[--tracing MODES] [--transport T] [--era E] [--call TOOL[=JSON]]… TARGET [ARGUMENT…]` */
export function readClientOptions(): ClientOptions {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      tracing: { type: 'string', default: 'mcp' },
      transport: { type: 'string', default: 'http' },
      era: { type: 'string', default: '2025' },
      call: { type: 'string', multiple: true, default: ['look'] },
    },
  })
  const [target = '', ...serverArgs] = positionals
  return {
    tracing: values.tracing,
    transport: values.transport as ClientOptions['transport'],
    target,
    serverArgs,
    era: values.era as ClientOptions['era'],
    tools: values.call.map((call) => {
      const [tool = '', args = '{}'] = call.split(/=(.*)/s)
      return { tool, arguments: JSON.parse(args) as Record<string, unknown> }
    }),
  }
}

/** What ends a call before its answer: SIGUSR2, which the test sends once the server has the call, or a short time. */
export function limitCalls(): (call: PlannedCall) => { signal?: AbortSignal; timeout?: number } {
  const controller = new AbortController()
  process.once('SIGUSR2', () => controller.abort(new Error('the user gave up')))
  return ({ arguments: { until } }) => {
    if (until === 'abort') return { signal: controller.signal }
    return until === 'timeout' ? { timeout: 500 } : {}
  }
}
