// Under which span an outgoing message is recorded.
import { trace, type Context, type Link } from '@opentelemetry/api'
import { carriesSpan, extractFrom, metaReader } from './carrier.ts'
import { ownValue, type Message } from './mcp-shapes.ts'

/**
 * The active context, unless the caller wrote the context of another trace into `_meta` (a gateway that passes on what
 * it was sent does): then the trace it chose goes on, and the active span is linked.
 */
export function parentOfCall(active: Context, message: Message): { parent: Context; links: Link[] } {
  const meta = ownValue(ownValue(message, 'params'), '_meta')
  if (typeof ownValue(meta, 'traceparent') !== 'string') return { parent: active, links: [] }
  const chosen = extractFrom(trace.deleteSpan(active), metaReader(meta))
  const activeSpan = trace.getSpanContext(active)
  if (!carriesSpan(chosen) || trace.getSpanContext(chosen)?.traceId === activeSpan?.traceId) {
    return { parent: active, links: [] }
  }
  return { parent: chosen, links: activeSpan === undefined ? [] : [{ context: activeSpan }] }
}
