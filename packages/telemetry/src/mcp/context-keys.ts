// Entries of the OpenTelemetry context that tracing of MCP reads and writes.
import { createContextKey, type Context } from '@opentelemetry/api'

// The SDK's own key, of all its versions: what the API's createContextKey makes of a name is the same everywhere.
const suppressTracingKey = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

// Beside it, so that it can be told from what an application suppressed.
const suppressedHereKey = createContextKey('holdfast.mcp.suppressed')

/** In this context no SDK starts spans and no propagator of the SDK injects anything. */
export function suppressTracing(context: Context): Context {
  if (context.getValue(suppressTracingKey)) return context
  return context.setValue(suppressTracingKey, true).setValue(suppressedHereKey, true)
}

/** For a server that is called within the fetch of its client: there our suppression ends, and only ours. */
export function liftSuppression(context: Context): Context {
  if (!context.getValue(suppressedHereKey)) return context
  return context.deleteValue(suppressTracingKey).deleteValue(suppressedHereKey)
}

const headerSentKey = createContextKey('holdfast.mcp.header-sent')

/** While a message is being sent: whom to tell that its context went into HTTP headers. */
export function withHeaderSent(context: Context, headerSent: () => void): Context {
  return context.setValue(headerSentKey, headerSent)
}

export function headerSentOf(context: Context): (() => void) | undefined {
  return context.getValue(headerSentKey) as (() => void) | undefined
}

const requestHeadersKey = createContextKey('holdfast.mcp.request-headers')

/** Within an HTTP request: its headers, for transports that do not hand them on. */
export function withRequestHeaders(context: Context, headers: unknown): Context {
  return context.setValue(requestHeadersKey, headers)
}

export function requestHeadersOf(context: Context): unknown {
  return context.getValue(requestHeadersKey)
}
