// Any value to bounded text: what a span records of inputs, outputs and messages. It never throws, whatever getters,
// proxies and toJSON do, and its cost is bounded by its own limits, not by the size of the value. What is left out or
// cannot be read is marked where it was.
import { describeExotic } from './describe-exotic.ts'

/** A value as text. */
export interface SerialisedValue {
  readonly text: string
  readonly mimeType: 'text/plain' | 'application/json'
  /** Something was left out; the marks in the text say what. */
  readonly truncated: boolean
}

/** How deep objects are followed. Chat messages with tool results in them reach 8. */
const maxDepth = 12
/** Entries of one array, object, Map or Set. */
const maxEntries = 1000
/** Values in all: what bounds the time. */
const maxNodes = 20_000
/** Stands for a field whose getter threw. */
const unreadable = Symbol('unreadable')

/** A string as it is, anything else as JSON; about `maxChars` characters at most. */
export function serialiseValue(value: unknown, maxChars: number): SerialisedValue {
  const copier = new BoundedCopier(maxChars)
  if (typeof value === 'string') {
    return { text: copier.copyString(value), mimeType: 'text/plain', truncated: copier.truncated }
  }
  // undefined, and it alone, has no JSON.
  const text = JSON.stringify(copier.copy(value, 0)) ?? 'null'
  return { text, mimeType: 'application/json', truncated: copier.truncated }
}

// Makes a copy that JSON.stringify writes without surprises: plain objects without prototype, arrays, strings,
// finite numbers, booleans and null.
class BoundedCopier {
  truncated = false
  #charsLeft: number
  #nodesLeft = maxNodes
  #open = new Set<object>()

  constructor(maxChars: number) {
    this.#charsLeft = maxChars
  }

  copy(value: unknown, depth: number): unknown {
    this.#nodesLeft -= 1
    switch (typeof value) {
      case 'string':
        return this.copyString(value)
      case 'number':
        this.#charsLeft -= 8
        return Number.isFinite(value) ? value : String(value)
      case 'boolean':
        this.#charsLeft -= 5
        return value
      case 'bigint':
        return this.#copyBigint(value)
      case 'undefined':
        return undefined
      case 'symbol':
        return value === unreadable ? this.#mark('unreadable') : this.copyString(`[${String(value)}]`)
      default:
        return value === null ? null : this.#copyObject(value as object, depth)
    }
  }

  copyString(value: string): string {
    if (value.length <= this.#charsLeft) {
      this.#charsLeft -= value.length + 2
      return value
    }
    const kept = Math.max(this.#charsLeft, 0)
    this.#charsLeft = 0
    return `${detach(value, kept)}${this.#mark(`${value.length - kept} of ${value.length} characters left out`)}`
  }

  // Digits take time that grows with the square of their number, so only short ones are written.
  #copyBigint(value: bigint): string {
    const isShort = BigInt.asIntN(512, value) === value
    return isShort ? this.copyString(`${value}n`) : this.#mark('a bigint of more than 512 bits')
  }

  #copyObject(value: object, depth: number): unknown {
    if (this.#open.has(value)) return this.#mark('a cycle')
    if (depth >= maxDepth) return this.#mark(`deeper than ${maxDepth} levels`)
    this.#open.add(value)
    try {
      return this.#copyReadable(value, depth)
    } catch {
      // A getter, a proxy or a toJSON of the agent's threw. Its message may hold content.
      return this.#mark('unreadable')
    } finally {
      this.#open.delete(value)
    }
  }

  #copyReadable(value: object, depth: number): unknown {
    const exotic = describeExotic(value)
    if (exotic !== undefined) {
      if ('leftOut' in exotic) return this.#mark(exotic.leftOut)
      if ('text' in exotic) return this.copyString(exotic.text)
      if ('entries' in exotic) return { [exotic.name]: this.#copyItems(exotic.entries, exotic.size, depth) }
      return this.#copyEntries(Object.entries(exotic.fields), depth)
    }
    if (Array.isArray(value)) return this.#copyItems(itemsOf(value), value.length, depth)
    const json = (value as { toJSON?: unknown }).toJSON
    if (typeof json === 'function') {
      const replacement: unknown = json.call(value)
      if (replacement !== value) return this.copy(replacement, depth + 1)
    }
    return this.#copyEntries(fieldsOf(value), depth)
  }

  #copyItems(items: Iterable<unknown>, count: number, depth: number): unknown[] {
    const copies: unknown[] = []
    for (const item of items) {
      if (this.#isFull(copies.length)) {
        copies.push(this.#mark(`${count - copies.length} of ${count} items left out`))
        break
      }
      copies.push(this.copy(item, depth + 1) ?? null)
    }
    return copies
  }

  #copyEntries(entries: Iterable<readonly [string, unknown]>, depth: number): object {
    // No prototype: a key `__proto__` is a key like any other.
    const copy: Record<string, unknown> = Object.create(null) as Record<string, unknown>
    let count = 0
    for (const [key, value] of entries) {
      if (this.#isFull(count)) {
        copy['…'] = this.#mark('further keys left out')
        break
      }
      count += 1
      const name = this.copyString(key)
      copy[name] = this.copy(value, depth + 1)
    }
    return copy
  }

  #isFull(count: number): boolean {
    return count >= maxEntries || this.#charsLeft <= 0 || this.#nodesLeft <= 0
  }

  #mark(what: string): string {
    this.truncated = true
    return `[holdfast: ${what}]`
  }
}

function* itemsOf(array: readonly unknown[]): Generator<unknown> {
  for (let index = 0; index < array.length; index += 1) {
    let item: unknown = unreadable
    try {
      item = array[index]
    } catch (error) {
      void error // a getter of the agent's threw; its message may hold content
    }
    yield item
  }
}

// Own enumerable keys, one by one, so that a getter that throws costs its own field only. The engine lists all keys
// before it gives one, so this alone grows with the object: some 0.5 s for a million keys, as JSON.stringify takes.
function* fieldsOf(value: object): Generator<readonly [string, unknown]> {
  for (const key of Object.keys(value)) {
    let field: unknown = unreadable
    try {
      field = (value as Record<string, unknown>)[key]
    } catch (error) {
      void error // as above
    }
    yield [key, field]
  }
}

// The first characters as a string of their own: a plain slice would keep all of the long one in memory. A pair of
// surrogates is not cut in two.
function detach(text: string, length: number): string {
  const last = text.charCodeAt(length - 1)
  const end = last >= 0xd800 && last <= 0xdbff ? length - 1 : length
  return Buffer.from(text.slice(0, end), 'utf16le').toString('utf16le')
}
