// What an author can choose about MCP tracing.
import { publishedPolicy } from '../service/published-policy.ts'
import { readContentSettings } from '../settings/content-settings.ts'
import { Environment } from '../settings/environment.ts'

/** Where context travels: `params._meta` of the message (SEP-414), headers of the HTTP request that carries it. */
export type Carrier = 'mcp.meta' | 'http.header'

/** For `traceMcpClient` and `traceMcpServer`. */
export interface McpTracingOptions {
  /**
   * Record a tool's arguments and its result (`gen_ai.tool.call.arguments`, `gen_ai.tool.call.result`), each as at most
   * `TELEMETRY_VALUE_MAX_CHARS` (65 536) characters of JSON. Default: as `createTelemetry` has it; without that, by
   * `TELEMETRY_CAPTURE_CONTENT=all` or `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` (`true`, `SPAN_ONLY`,
   * `SPAN_AND_EVENT`); otherwise off.
   */
  readonly captureContent?: boolean | undefined
  /** Where context is written to. Default: to both. What is read is always both, `_meta` first. */
  readonly inject?: readonly Carrier[] | undefined
}

export interface McpSettings {
  /** Of a tool's arguments and of its result; 0: nothing. Asked each time, for the service may come later. */
  readonly contentMaxChars: () => number
  /** Whether an error's message, which may quote content, is recorded: not with `TELEMETRY_CAPTURE_CONTENT=none`. */
  readonly describesErrors: () => boolean
  readonly inject: ReadonlySet<Carrier>
}

export function readMcpSettings(
  options: McpTracingOptions = {},
  env: Readonly<Record<string, string | undefined>> = globalThis.process?.env ?? {},
): McpSettings {
  // Mistakes in it are told by createTelemetry.
  const byEnvironment = readContentSettings(new Environment(env))
  return {
    contentMaxChars: () => {
      const { captureContent, valueMaxChars } = publishedPolicy() ?? byEnvironment
      return (options.captureContent ?? captureContent === 'all') ? valueMaxChars : 0
    },
    describesErrors: () =>
      options.captureContent === true || (publishedPolicy() ?? byEnvironment).captureContent !== 'none',
    inject: new Set(options.inject ?? ['mcp.meta', 'http.header']),
  }
}
