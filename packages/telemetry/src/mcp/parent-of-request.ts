// Under which span an incoming message is recorded (gen-ai/mcp.md, "Context propagation"): `_meta` before headers
// before what is active here; and which of them it was.
import { ROOT_CONTEXT, trace, type Context, type Link } from '@opentelemetry/api'
import { carriesSpan, extractFrom, headerReader, metaReader } from './carrier.ts'
import type { Carrier } from './mcp-options.ts'
import { ownValue, type Message } from './mcp-shapes.ts'

export interface RequestParent {
  readonly parent: Context
  readonly carrier: Carrier | 'none'
  readonly links: Link[]
}

/**
 * `ambient` is the active context if it belongs to this message, else undefined: on a stream, what is active is what
 * was active when the stream was opened. `headers` are those of the HTTP request that brought the message.
 */
export function parentOfRequest(
  message: Message,
  headers: unknown,
  ambient: Context | undefined,
): RequestParent {
  const here = ambient ?? ROOT_CONTEXT
  const ambientSpan = trace.getSpanContext(here)
  const base = trace.deleteSpan(here)
  const byHeader = headers === undefined ? base : extractFrom(base, headerReader(headers))
  const meta = ownValue(ownValue(message, 'params'), '_meta')
  const byMeta = meta === undefined ? base : extractFrom(trace.deleteSpan(byHeader), metaReader(meta))

  if (carriesSpan(byMeta)) return { parent: byMeta, carrier: 'mcp.meta', links: linkTo(ambientSpan, byMeta) }
  if (carriesSpan(byHeader)) {
    // An HTTP instrumentation that read the same header stands between it and us.
    const isBetween = ambientSpan?.traceId === trace.getSpanContext(byHeader)?.traceId
    const parent = isBetween ? withSpanOf(here, byHeader) : byHeader
    return { parent, carrier: 'http.header', links: linkTo(ambientSpan, parent) }
  }
  return { parent: withSpanOf(here, meta === undefined ? byHeader : byMeta), carrier: 'none', links: [] }
}

/** Baggage may come without a span. */
function withSpanOf(here: Context, carried: Context): Context {
  const span = trace.getSpan(here)
  return span === undefined ? carried : trace.setSpan(carried, span)
}

function linkTo(span: Link['context'] | undefined, parent: Context): Link[] {
  return span === undefined || span.spanId === trace.getSpanContext(parent)?.spanId ? [] : [{ context: span }]
}
