// Writing context into a message (gen-ai/mcp.md, "Context propagation"; SEP-414). The caller's objects are never
// changed: the message is copied as far down as `_meta`.
import { propagation, type Context } from '@opentelemetry/api'
import { isRecord, ownValue, type Message } from './mcp-shapes.ts'

/** `message` with the context in `params._meta`; undefined where there is nothing to write, or no place for it. */
export function injectIntoMeta(message: Message, context: Context): Message | undefined {
  const params = message['params']
  const meta = ownValue(params, '_meta')
  if (params !== undefined && !isRecord(params)) return undefined
  if (meta !== undefined && !isRecord(meta)) return undefined
  const fields: Record<string, string> = {}
  propagation.inject(context, fields)
  if (Object.keys(fields).length === 0) return undefined
  return { ...message, params: { ...params, _meta: mergeFields(meta ?? {}, fields) } }
}

/**
 * What a caller wrote stays, but for the span: a `traceparent` of the caller's is the parent of ours (parent-of-call.ts),
 * and the `tracestate` belongs to the `traceparent`.
 */
function mergeFields(
  meta: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const { tracestate, ...kept } = meta
  const replacesSpan = 'traceparent' in fields
  return {
    ...fields,
    ...kept,
    ...(replacesSpan ? { traceparent: fields['traceparent'] } : {}),
    ...(!replacesSpan && tracestate !== undefined ? { tracestate } : {}),
  }
}
