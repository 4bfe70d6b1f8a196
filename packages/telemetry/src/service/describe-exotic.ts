// Objects that JSON has no form for, and what is written instead of them.
import { types } from 'node:util'

/** Text, named entries, fields, or what is said of it when it is left out. */
export type ExoticDescription =
  | { readonly text: string }
  | { readonly name: string; readonly entries: Iterable<unknown>; readonly size: number }
  | { readonly fields: Readonly<Record<string, unknown>> }
  | { readonly leftOut: string }

const mapSize = getterOf(Map.prototype, 'size')
const setSize = getterOf(Set.prototype, 'size')

/** Undefined for arrays and for objects that are written by their fields. May throw where the object does. */
export function describeExotic(value: object): ExoticDescription | undefined {
  if (typeof value === 'function') return { text: '[Function]' }
  if (types.isProxy(value)) return undefined
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
    const name = Object.prototype.toString.call(value).slice(8, -1)
    return { leftOut: `${name} of ${value.byteLength} bytes left out` }
  }
  if (types.isDate(value)) {
    const time = Date.prototype.getTime.call(value)
    return { text: Number.isNaN(time) ? '[Invalid Date]' : new Date(time).toISOString() }
  }
  if (types.isNativeError(value)) return { fields: fieldsOfError(value) }
  // By the built-in methods: a subclass may have overridden its own with anything.
  if (types.isMap(value)) {
    return { name: '[Map]', entries: Map.prototype.entries.call(value), size: mapSize.call(value) as number }
  }
  if (types.isSet(value)) {
    return { name: '[Set]', entries: Set.prototype.values.call(value), size: setSize.call(value) as number }
  }
  if (types.isRegExp(value)) return { text: RegExp.prototype.toString.call(value) }
  if (types.isPromise(value)) return { text: '[Promise]' }
  if (types.isWeakMap(value) || types.isWeakSet(value)) return { text: '[Weak collection]' }
  if (types.isBoxedPrimitive(value)) return { text: String(value.valueOf()) }
  return undefined
}

// name, message and stack are not enumerable, and message and cause are what people look for.
function fieldsOfError(error: Error): Record<string, unknown> {
  const fields: Record<string, unknown> = { name: error.name, message: error.message }
  for (const key of ['code', 'status', 'cause', 'errors'] as const) {
    const value = (error as unknown as Record<string, unknown>)[key]
    if (value !== undefined) fields[key] = value
  }
  return fields
}

function getterOf(prototype: object, key: string): (this: unknown) => unknown {
  const getter = Object.getOwnPropertyDescriptor(prototype, key)?.get
  if (getter === undefined) throw new Error(`no getter ${key}`)
  return getter
}
