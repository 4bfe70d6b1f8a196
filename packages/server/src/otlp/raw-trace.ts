import { contentEnd, skipField, varintEnd, varintNumber } from './wire.ts'

/**
 * Copies a request without some spans. All else stays as it came.
 * @param runs the spans to leave out: (first index, index behind the last) in pairs, ascending
 * @throws MalformedProtobuf
 */
export function cutSpans(bytes: Uint8Array, runs: readonly number[]): Uint8Array {
  let run = 0
  const isKept = (spanIndex: number): boolean => {
    if (run < runs.length && spanIndex >= runs[run + 1]!) run += 2
    return run >= runs.length || spanIndex < runs[run]!
  }
  return new SpanSelection(bytes, isKept, true).copy()
}

/**
 * TracesData with only the wanted spans: each one's bytes untouched, in their ResourceSpans and ScopeSpans with all
 * that these say; those without a wanted span are left out.
 * @param isWanted asked once for every span, in order @throws MalformedProtobuf
 */
export function extractSpans(bytes: Uint8Array, isWanted: (spanIndex: number) => boolean): Uint8Array {
  return new SpanSelection(bytes, isWanted, false).copy()
}

/** The field that leads one level down: request → ResourceSpans → ScopeSpans → Span. */
const innerTags = [0x0a, 0x12, 0x12] as const
const requestLevel = 0
const scopeSpansLevel = 2

class SpanSelection {
  readonly #bytes: Uint8Array
  readonly #isWanted: (spanIndex: number) => boolean
  readonly #keepsRest: boolean
  /** What to write, in pairs: (start, end) of a range to copy, or (-tag, length) of an envelope that begins here. */
  readonly #parts: number[] = []
  #size = 0
  #spanIndex = 0

  constructor(bytes: Uint8Array, isWanted: (spanIndex: number) => boolean, keepsRest: boolean) {
    this.#bytes = bytes
    this.#isWanted = isWanted
    this.#keepsRest = keepsRest
  }

  copy(): Uint8Array {
    this.#selectFields(requestLevel, 0, this.#bytes.length)
    return this.#write()
  }

  /** @returns whether a wanted span is in [start, end), the content of a message of this level */
  #selectFields(level: number, start: number, end: number): boolean {
    const bytes = this.#bytes
    let hasWanted = false
    let at = start
    while (at < end) {
      const fieldAt = at
      const afterTag = varintEnd(bytes, at, end)
      const tag = varintNumber(bytes, at)
      if (tag !== innerTags[level]) {
        at = skipField(bytes, afterTag, end, tag)
        if (level !== requestLevel || this.#keepsRest) this.#keep(fieldAt, at)
        continue
      }
      const innerStart = varintEnd(bytes, afterTag, end)
      at = contentEnd(innerStart, varintNumber(bytes, afterTag), end)
      if (level !== scopeSpansLevel) {
        if (this.#selectEnvelope(level + 1, tag, innerStart, at)) hasWanted = true
      } else if (this.#isWanted(this.#spanIndex++)) {
        this.#keep(fieldAt, at)
        hasWanted = true
      }
    }
    return hasWanted
  }

  #selectEnvelope(level: number, tag: number, start: number, end: number): boolean {
    const headerAt = this.#parts.length
    const sizeBefore = this.#size
    this.#parts.push(-tag, 0)
    const hasWanted = this.#selectFields(level, start, end)
    if (hasWanted || this.#keepsRest) {
      const length = this.#size - sizeBefore
      this.#parts[headerAt + 1] = length
      this.#size += 1 + varintSize(length)
    } else {
      this.#parts.length = headerAt
      this.#size = sizeBefore
    }
    return hasWanted
  }

  #keep(start: number, end: number): void {
    const parts = this.#parts
    this.#size += end - start
    if (parts.length > 0 && parts.at(-2)! >= 0 && parts.at(-1) === start) parts[parts.length - 1] = end
    else parts.push(start, end)
  }

  #write(): Uint8Array {
    const out = new Uint8Array(this.#size)
    const parts = this.#parts
    let at = 0
    for (let index = 0; index < parts.length; index += 2) {
      const start = parts[index]!
      const end = parts[index + 1]!
      if (start < 0) {
        out[at++] = -start
        at = writeVarint(out, at, end)
      } else {
        out.set(this.#bytes.subarray(start, end), at)
        at += end - start
      }
    }
    return out
  }
}

function varintSize(value: number): number {
  let size = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++
  return size
}

function writeVarint(out: Uint8Array, at: number, value: number): number {
  let rest = value
  let next = at
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out[next++] = (rest & 0x7f) | 0x80
  out[next++] = rest
  return next
}
