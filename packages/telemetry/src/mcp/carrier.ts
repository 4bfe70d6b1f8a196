// Reading W3C context from what a peer sent: only strings, only the fields of the configured propagator, and none
// longer than the W3C's own limit. What does not fit is as good as absent.
import { propagation, trace, type Context } from '@opentelemetry/api'
import { pickTraceparent } from '../service/pick-traceparent.ts'
import { ownValue } from './mcp-shapes.ts'

/** W3C Baggage, "Limits": 8192 bytes. `tracestate` and others have less. */
const maxFieldChars = 8192
/** Lists, of which several headers are one; of any other field the first counts. */
const listFields = new Set(['tracestate', 'baggage'])

export type ReadField = (name: string) => unknown

/**
 * The context that these fields carry, on top of `base`, which must not hold a span. It holds one afterwards if, and
 * only if, they named a valid one.
 */
export function extractFrom(base: Context, read: ReadField): Context {
  const fields: Record<string, string> = {}
  for (const name of propagation.fields()) {
    const value = fieldText(name, read(name))
    if (value !== undefined) fields[name.toLowerCase()] = value
  }
  return propagation.extract(base, fields, { keys: Object.keys, get: (_, key) => fields[key.toLowerCase()] })
}

function fieldText(name: string, value: unknown): string | undefined {
  const values = Array.isArray(value) ? (value as unknown[]) : [value]
  const texts = values.filter((one) => typeof one === 'string')
  if (texts.length === 0) return undefined
  const field = name.toLowerCase()
  const text =
    field === 'traceparent' ? pickTraceparent(texts) : listFields.has(field) ? texts.join(',') : texts[0]
  return text !== undefined && text.length <= maxFieldChars ? text : undefined
}

export function metaReader(meta: unknown): ReadField {
  return (name) => ownValue(meta, name)
}

/** Headers of either SDK: an object of node's, or a `Headers`. */
export function headerReader(headers: unknown): ReadField {
  if (hasGet(headers)) return (name) => headers.get(name) ?? undefined
  return (name) => ownValue(headers, name.toLowerCase())
}

function hasGet(headers: unknown): headers is { get(name: string): string | null } {
  return (
    typeof headers === 'object' && headers !== null && 'get' in headers && typeof headers.get === 'function'
  )
}

export function carriesSpan(context: Context): boolean {
  return trace.getSpanContext(context) !== undefined
}
