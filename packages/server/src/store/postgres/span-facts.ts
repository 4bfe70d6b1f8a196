import { KeyValueReader } from '../../otlp/key-value.ts'
import { readScopeName } from '../../otlp/scope-name.ts'
import type { SpanWalker } from '../../otlp/span-walker.ts'
import { readText } from '../../otlp/text.ts'
import { notACall } from './call-kind.ts'
import type { Operation, ServiceOperations } from './operation-dictionary.ts'
import { inputWithoutCache } from './promoted-attributes.ts'
import { PromotedValues } from './promoted-values.ts'

/** Longer names are cut in the row; the body has the whole. */
export const maxNameTextBytes = 1024
const maxDictionaryNameBytes = 256

/**
 * What the index keeps of one span, read off the walker; reused for every span. Times are clamped to int64 and kept as
 * halves (high, low), both from 0 up, for bigint arithmetic would cost more than the rest of the row.
 */
export class SpanFacts {
  operation!: Operation
  /** The name, where the dictionary does not hold it. */
  nameText: string | undefined
  startHigh = 0
  startLow = 0
  /** Not before the start. */
  endHigh = 0
  endLow = 0
  /** end − start as it was sent; negative where the span says it ended before it began. */
  durationHigh = 0
  durationLow = 0
  spanHigh = 0
  spanLow = 0
  isParentless = false
  statusCode = 0
  /** Sent before it ended. */
  isRunning = false
  /** Whether it is a call of a model, and of which kind: see call-kind.ts. */
  callKind = notACall
  /** A model call that told its tokens; not an agent run that repeats its calls' tokens. */
  tellsTokens = false
  readonly promoted = new PromotedValues()
  #scopeStart = -1
  #isWithoutCache = false
  readonly #attribute = new KeyValueReader()

  read(bytes: Buffer, walker: SpanWalker, service: ServiceOperations): void {
    if (walker.scopeSpansStart !== this.#scopeStart || walker.spanIndex === 0) this.#readScope(bytes, walker)
    this.#readAttributes(bytes, walker)
    this.#readName(bytes, walker, service)
    this.#readTimes(walker)
    this.spanHigh = bytes.readUInt32BE(walker.spanIdAt)
    this.spanLow = bytes.readUInt32BE(walker.spanIdAt + 4)
    this.isParentless = walker.parentSpanIdAt < 0
    this.statusCode = walker.statusCode === 1 || walker.statusCode === 2 ? walker.statusCode : 0
  }

  #readScope(bytes: Buffer, walker: SpanWalker): void {
    const name = readScopeName(bytes, walker.scopeSpansStart, walker.scopeSpansEnd)
    this.#scopeStart = walker.scopeSpansStart
    this.#isWithoutCache = inputWithoutCache.scopes.has(name)
  }

  #readAttributes(bytes: Buffer, walker: SpanWalker): void {
    const promoted = this.promoted
    promoted.clear()
    const ranges = walker.attributeRanges
    for (let at = 0; at < walker.attributeCount * 2; at += 2) {
      this.#attribute.read(bytes, ranges[at]!, ranges[at + 1]!)
      promoted.take(bytes, this.#attribute)
    }
    promoted.finish(bytes, this.#isWithoutCache)
    this.isRunning = promoted.isRunning
    this.callKind = promoted.callKind
    this.tellsTokens = this.callKind !== notACall && (promoted.inputTokens >= 0 || promoted.outputTokens >= 0)
  }

  #readName(bytes: Buffer, walker: SpanWalker, service: ServiceOperations): void {
    const { nameStart, nameEnd } = walker
    const kind = walker.kind >= 0 && walker.kind <= 5 ? walker.kind : 0
    if (nameEnd - nameStart > maxDictionaryNameBytes) {
      this.operation = service.find('', kind, () => '')
      this.nameText = readText(bytes, nameStart, Math.min(nameEnd, nameStart + maxNameTextBytes))
      return
    }
    const key = bytes.toString('latin1', nameStart, nameEnd)
    this.operation = service.find(key, kind, () => readText(bytes, nameStart, nameEnd))
    this.nameText = this.operation.isOverflow ? readText(bytes, nameStart, nameEnd) : undefined
  }

  #readTimes(walker: SpanWalker): void {
    const startIsBeyond = walker.startHigh > 0x7fffffff
    const endIsBeyond = walker.endHigh > 0x7fffffff
    this.startHigh = startIsBeyond ? 0x7fffffff : walker.startHigh
    this.startLow = startIsBeyond ? 0xffffffff : walker.startLow
    this.endHigh = endIsBeyond ? 0x7fffffff : walker.endHigh
    this.endLow = endIsBeyond ? 0xffffffff : walker.endLow
    const isBackwards =
      this.endHigh < this.startHigh || (this.endHigh === this.startHigh && this.endLow < this.startLow)
    if (isBackwards && this.isRunning) this.#endAtStart()
    this.durationHigh = this.endHigh - this.startHigh - (this.endLow < this.startLow ? 1 : 0)
    this.durationLow = this.endLow - this.startLow
    if (isBackwards) this.#endAtStart()
  }

  #endAtStart(): void {
    this.endHigh = this.startHigh
    this.endLow = this.startLow
  }
}
