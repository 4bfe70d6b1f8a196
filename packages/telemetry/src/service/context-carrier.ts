// Carriers of context as people have them: plain objects, Map, the Headers of fetch, Node's headers with arrays in them.
import type { TextMapGetter, TextMapSetter } from '@opentelemetry/api'
import { pickTraceparent } from './pick-traceparent.ts'

type Fields = Record<string, unknown>

/** Writes; a value under the same name in another case is replaced, so that no name is there twice. */
export const carrierSetter: TextMapSetter<object> = {
  set(carrier, key, value) {
    if (isHeaders(carrier)) {
      carrier.set(key, value)
      return
    }
    if (carrier instanceof Map) {
      for (const name of carrier.keys()) if (isSame(name, key)) carrier.delete(name)
      carrier.set(key, value)
      return
    }
    const fields = carrier as Fields
    for (const name of Object.keys(fields)) if (isSame(name, key)) delete fields[name]
    fields[key] = value
  },
}

/** Reads; names in any case. Of several `traceparent` the first valid one counts, also where they were joined with a comma. */
export const carrierGetter: TextMapGetter<object> = {
  get(carrier, key) {
    const value = read(carrier, key)
    const values = (Array.isArray(value) ? (value as unknown[]) : [value]).filter(
      (item) => typeof item === 'string',
    )
    if (values.length === 0) return undefined
    return key === 'traceparent' ? pickTraceparent(values) : values.join(',')
  },
  keys(carrier) {
    if (isHeaders(carrier) || carrier instanceof Map) return [...carrier.keys()].map(String)
    return Object.keys(carrier)
  },
}

function read(carrier: object, key: string): unknown {
  if (isHeaders(carrier)) return carrier.get(key) ?? undefined
  if (carrier instanceof Map) {
    for (const [name, value] of carrier) if (isSame(name, key)) return value
    return undefined
  }
  const name = Object.keys(carrier).find((candidate) => isSame(candidate, key))
  return name === undefined ? undefined : (carrier as Fields)[name]
}

function isSame(name: unknown, key: string): boolean {
  return typeof name === 'string' && name.length === key.length && name.toLowerCase() === key
}

// By shape: an application may have a Headers of its own (undici, node-fetch).
function isHeaders(carrier: object): carrier is Headers {
  return !(carrier instanceof Map) && 'get' in carrier && 'set' in carrier && 'append' in carrier
}
