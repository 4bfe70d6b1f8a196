// What an author can choose about MCP tracing.

/** Where context travels: `params._meta` of the message (SEP-414), headers of the HTTP request that carries it. */
export type Carrier = 'mcp.meta' | 'http.header'

/** What `traceMcpClient` and `traceMcpServer` may be told. */
/** For `traceMcpClient` and `traceMcpServer`. */
export interface McpTracingOptions {
  /**
   * Record a tool's arguments and its result (`gen_ai.tool.call.arguments`, `gen_ai.tool.call.result`), each as at most
   * 64 KiB of JSON. Default: by `TELEMETRY_CAPTURE_CONTENT=all`, or by
   * `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` (`true`, `SPAN_ONLY`, `SPAN_AND_EVENT`); otherwise off.
   */
  readonly captureContent?: boolean
  /** Where context is written to. Default: to both. What is read is always both, `_meta` first. */
  readonly inject?: readonly Carrier[]
}

export interface McpSettings {
  readonly captureContent: boolean
  readonly inject: ReadonlySet<Carrier>
}

const captureWords = new Set(['true', 'span_only', 'span_and_event'])

export function readMcpSettings(
  options: McpTracingOptions = {},
  env: Readonly<Record<string, string | undefined>> = globalThis.process?.env ?? {},
): McpSettings {
  return {
    captureContent: options.captureContent ?? capturesContent(env),
    inject: new Set(options.inject ?? ['mcp.meta', 'http.header']),
  }
}

function capturesContent(env: Readonly<Record<string, string | undefined>>): boolean {
  const own = env['TELEMETRY_CAPTURE_CONTENT']?.trim().toLowerCase()
  if (own !== undefined && own !== '') return own === 'all'
  return captureWords.has(
    env['OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT']?.trim().toLowerCase() ?? '',
  )
}
