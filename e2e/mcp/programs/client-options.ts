// The command line of both client programs.
import { parseArgs } from 'node:util'

export interface ClientOptions {
  readonly tracing: string
  readonly transport: 'http' | 'sse' | 'stdio'
  /** The server's address; on stdio, its program. */
  readonly target: string
  /** Arguments of the program. */
  readonly serverArgs: readonly string[]
  readonly era: '2025' | '2026'
  readonly tools: readonly string[]
  readonly timeoutMs: number
}

/** `[--tracing MODES] [--transport T] [--era E] [--timeout-ms N] [--call TOOL]… TARGET [ARGUMENT…]` */
export function readClientOptions(): ClientOptions {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      tracing: { type: 'string', default: 'mcp' },
      transport: { type: 'string', default: 'http' },
      era: { type: 'string', default: '2025' },
      call: { type: 'string', multiple: true, default: ['look'] },
      'timeout-ms': { type: 'string', default: '30000' },
    },
  })
  const [target = '', ...serverArgs] = positionals
  return {
    tracing: values.tracing,
    transport: values.transport as ClientOptions['transport'],
    target,
    serverArgs,
    era: values.era as ClientOptions['era'],
    tools: values.call,
    timeoutMs: Number(values['timeout-ms']),
  }
}

/** Aborted when the test sends SIGUSR2, which it does once the server has the call. */
export function abortOnSignal(): AbortSignal {
  const controller = new AbortController()
  process.once('SIGUSR2', () => controller.abort(new Error('the user gave up')))
  return controller.signal
}
