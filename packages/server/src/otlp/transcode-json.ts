/**
 * OTLP JSON → protobuf (OTLP specification, "JSON Protobuf Encoding"; ProtoJSON where that is silent), in one pass and
 * without values in between: 64-bit integers stay exact and a 64 MiB payload does not become a gigabyte of objects. It
 * manages 120 thousand spans a second; JSON.parse alone, which spoils large integers, 180, and with the source text of
 * numbers 40 (benchmarks/otlp-codec.ts).
 *
 * It refuses what is not JSON, or has a value of the wrong type above the spans, and names the place by its JSON path. A
 * wrong value inside a span costs that span alone: it is read to its end, left out and counted. Text that is not Unicode
 * gets U+FFFD and is counted too. It accepts all that the Collector accepts and null for any field; unknown names
 * (snake_case ones too) are skipped, and of a name that comes twice the last one counts. Ids are carried over whatever
 * their length, so that inspectTraces can reject single spans; nothing is checked here that is checked there. Called by
 * receive/, before inspectTraces.
 */
import { isUtf8 } from 'node:buffer'
import { JsonFlaws } from './json-flaws.ts'
import { IntegerParser, isInRange } from './json-integer.ts'
import { jsonFields, type JsonField, type JsonMessage } from './json-fields.ts'
import { JsonScanner, MalformedJson, numberEnd } from './json-scanner.ts'
import { writeBase64, writeHex, writeUnescaped, writeUtf8 } from './json-values.ts'
import { requestSchema, spanSchema } from './otlp-schema.ts'
import { ProtoWriter } from './proto-writer.ts'
import { readText } from './text.ts'
import { maxNesting } from './wire.ts'

export type Transcoded =
  | {
      readonly ok: true
      readonly bytes: Uint8Array
      /** Spans that were left out. */
      readonly rejectedSpans: number
      /** Empty, or why and what else was changed, for partial_success.error_message. */
      readonly message: string
    }
  | {
      readonly ok: false
      readonly message: string
      /** The JSON path of what is wrong, as far as the JSON could be read. */
      readonly field: string
    }

/**
 * How many bytes transcodeTracesJson may make of this body: never more than there are, except that each byte that is
 * not UTF-8 becomes the three of U+FFFD.
 */
export function transcodedBytesAtMost(json: Uint8Array): number {
  if (isUtf8(json)) return json.length
  let extra = 0
  for (let at = 0; at < json.length; at++) if (json[at]! >= 0x80) extra += 2
  return json.length + extra
}

/** @param json UTF-8 */
export function transcodeTracesJson(json: Uint8Array): Transcoded {
  const transcoder = new Transcoder(json)
  try {
    const bytes = transcoder.transcode()
    const { flaws } = transcoder
    return { ok: true, bytes, rejectedSpans: flaws.rejectedSpans, message: flaws.describe() }
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error
    const field = transcoder.path()
    return { ok: false, message: `${field}: ${error.message}`, field }
  }
}

const spanFields = jsonFields(spanSchema)

class Transcoder {
  readonly flaws = new JsonFlaws()
  readonly #scanner: JsonScanner
  readonly #writer: ProtoWriter
  readonly #integer = new IntegerParser()
  /** Where strings with escapes are unescaped that are not text. */
  readonly #scratch = new ProtoWriter(0)
  /** Of each open object: the field that is being read, and its element. */
  readonly #openFields: JsonField[] = []
  readonly #openElements: number[] = []
  readonly #path = (): string => this.path()
  /** Then no string has to be looked at. */
  readonly #isUtf8: boolean
  #isInSpan = false
  #level = -1
  /** Of the open objects' fields: position in the schema and where in the output it starts, in pairs. */
  readonly #written: number[] = []
  // The last string or number.
  #token: Uint8Array
  #tokenStart = 0
  #tokenEnd = 0

  constructor(json: Uint8Array) {
    this.#scanner = new JsonScanner(json)
    this.#writer = new ProtoWriter(Math.max(256, json.length >>> 1))
    this.#isUtf8 = isUtf8(json)
    this.#token = json
  }

  transcode(): Uint8Array {
    if (this.#scanner.peek() !== 0x7b)
      throw new MalformedJson('expected an ExportTraceServiceRequest: {"resourceSpans": [...]}')
    this.#readObject(jsonFields(requestSchema), 0)
    if (this.#scanner.peek() !== -1) this.#scanner.fail('nothing behind the object')
    return this.#writer.finish()
  }

  /** The place that is being read, `$.resourceSpans[0].scopeSpans`: names of OTLP only, never the payload's. */
  path(): string {
    let path = '$'
    for (let level = 0; level <= this.#level; level++) {
      const element = this.#openElements[level]!
      path += `.${this.#openFields[level]!.schema.jsonName}${element < 0 ? '' : `[${element}]`}`
    }
    return path
  }

  /**
   * The value that was read is not one for its field: costs the span that it is in, or the request. (No exception inside
   * of spans: a payload can have millions of bad ones.)
   */
  #refuse(flaw: string): void {
    if (!this.#isInSpan) throw new MalformedJson(flaw)
    this.flaws.noteFlaw(flaw, this.#path)
  }

  /** The same of a value that is still to be read. */
  #refuseValue(flaw: string): void {
    this.#refuse(flaw)
    this.#scanner.skipValue()
  }

  /** @param depth of the message, below the request */
  #readObject(message: JsonMessage, depth: number): void {
    const scanner = this.#scanner
    if (!scanner.open('{')) return
    const firstWritten = this.#written.length
    const level = this.#level + 1
    let seen = 0
    do {
      this.#level = level - 1
      scanner.readString()
      const field = this.#findField(message)
      scanner.expect(':')
      if (field === undefined) {
        scanner.skipValue()
        continue
      }
      const bit = 1 << field.position
      if ((seen & bit) !== 0) this.#dropWritten(firstWritten, field.position)
      seen |= bit
      this.#written.push(field.position, this.#writer.length)
      this.#level = level
      this.#openFields[level] = field
      this.#openElements[level] = -1
      this.#readField(field, depth)
    } while (scanner.hasMore('{'))
    this.#level = level - 1
    this.#written.length = firstWritten
  }

  #findField(message: JsonMessage): JsonField | undefined {
    const { bytes, tokenStart, tokenEnd, hasEscapes } = this.#scanner
    if (!hasEscapes) return message.find(bytes, tokenStart, tokenEnd)
    this.#readToken()
    return message.find(this.#token, this.#tokenStart, this.#tokenEnd)
  }

  /**
   * Takes an earlier value of a name that comes again out of the output. Every byte moves at most once a field of its
   * message, so that many repetitions cost no more than their length.
   */
  #dropWritten(firstWritten: number, position: number): void {
    const written = this.#written
    const writer = this.#writer
    let index = firstWritten
    while (written[index] !== position) index += 2
    const start = written[index + 1]!
    const end = index + 2 < written.length ? written[index + 3]! : writer.length
    written.splice(index, 2)
    for (let later = index + 1; later < written.length; later += 2) written[later]! -= end - start
    writer.bytes.copyWithin(start, end, writer.length)
    writer.length -= end - start
  }

  #readField(field: JsonField, depth: number): void {
    const scanner = this.#scanner
    const byte = scanner.peek()
    if (byte === 0x6e) return scanner.readLiteral('null')
    if (!field.schema.repeated) return this.#readValue(field, depth, byte)
    if (byte !== 0x5b) return this.#refuseValue('expected an array')
    if (!scanner.open('[')) return
    const level = this.#level
    let element = 0
    do {
      this.#openElements[level] = element++
      this.#readValue(field, depth, scanner.peek())
      this.#level = level
    } while (scanner.hasMore('['))
    this.#openElements[level] = -1
  }

  /** @param byte the first one of the value */
  #readValue(field: JsonField, depth: number, byte: number): void {
    const { schema } = field
    switch (schema.kind) {
      case 'message':
        return field.message === spanFields
          ? this.#readSpan(field, depth, byte)
          : this.#readMessage(field, depth, byte)
      case 'string':
        return this.#readText(field, byte)
      case 'id':
        return this.#readId(field, byte)
      case 'bytes': {
        if (!this.#readStringToken(byte)) return
        const begun = this.#writer.beginMessage(schema.tag)
        if (!writeBase64(this.#writer, this.#token, this.#tokenStart, this.#tokenEnd))
          this.#refuse('expected base64')
        return this.#writer.endMessage(begun)
      }
      case 'bool':
        if (byte !== 0x74 && byte !== 0x66) return this.#refuseValue('expected true or false')
        this.#scanner.readLiteral(byte === 0x74 ? 'true' : 'false')
        this.#writer.varint(schema.tag)
        return this.#writer.varint(byte === 0x74 ? 1 : 0)
      case 'double':
        return this.#readDouble(field, byte)
      default:
        return this.#readInteger(field, byte)
    }
  }

  /** Leaves the span out again when something in it was wrong. Everything is well formed until then, so reading just goes on. */
  #readSpan(field: JsonField, depth: number, byte: number): void {
    const start = this.#writer.length
    this.#isInSpan = true
    this.flaws.beginSpan()
    this.#readMessage(field, depth, byte)
    this.#isInSpan = false
    if (this.flaws.endSpan()) this.#writer.length = start
  }

  #readMessage(field: JsonField, depth: number, byte: number): void {
    const begun = this.#writer.beginMessage(field.schema.tag)
    if (byte === 0x6e) this.#scanner.readLiteral('null')
    else if (byte !== 0x7b) this.#refuseValue('expected an object')
    // Deeper than protobuf goes it stays empty: inspectTraces sees that it is too deep, and rejects the span.
    else if (depth >= maxNesting) this.#scanner.skipValue()
    else this.#readObject(field.message!, depth + 1)
    this.#writer.endMessage(begun)
  }

  #readText(field: JsonField, byte: number): void {
    const scanner = this.#scanner
    const writer = this.#writer
    if (byte !== 0x22) return this.#refuseValue('expected a string')
    scanner.readString()
    const { bytes, tokenStart, tokenEnd } = scanner
    if (tokenStart === tokenEnd && field.omitsDefault) return
    if (!this.#isUtf8) return this.#writeChecked(field)
    if (scanner.hasEscapes) {
      const begun = writer.beginMessage(field.schema.tag)
      if (!writeUnescaped(writer, bytes, tokenStart, tokenEnd)) this.flaws.noteReplacement(this.#path)
      writer.endMessage(begun)
      return
    }
    writer.varint(field.schema.tag)
    writer.varint(tokenEnd - tokenStart)
    writer.copy(bytes, tokenStart, tokenEnd)
  }

  /** The scanner's string, out of a body that is not UTF-8: a protobuf string has to be. */
  #writeChecked(field: JsonField): void {
    let isText = this.#readToken()
    const begun = this.#writer.beginMessage(field.schema.tag)
    if (!writeUtf8(this.#writer, this.#token, this.#tokenStart, this.#tokenEnd)) isText = false
    this.#writer.endMessage(begun)
    if (!isText) this.flaws.noteReplacement(this.#path)
  }

  /**
   * Hex in either case. What is not hex is carried over as the text itself, at a length that no id has, so that a span
   * is rejected for it and not the whole payload.
   */
  #readId(field: JsonField, byte: number): void {
    const writer = this.#writer
    if (!this.#readStringToken(byte)) return
    const size = this.#tokenEnd - this.#tokenStart
    if (size === 0) return
    const begun = writer.beginMessage(field.schema.tag)
    if (!writeHex(writer, this.#token, this.#tokenStart, this.#tokenEnd)) {
      writer.copy(this.#token, this.#tokenStart, this.#tokenEnd)
      if (size === 8 || size === 16) writer.varint(0)
    }
    writer.endMessage(begun)
  }

  #readDouble(field: JsonField, byte: number): void {
    if (!this.#readNumberToken(byte, 'expected a number')) return
    const isNumber = numberEnd(this.#token, this.#tokenStart, this.#tokenEnd) === this.#tokenEnd
    const text = readText(this.#token, this.#tokenStart, this.#tokenEnd)
    const value = isNumber ? Number(text) : specialDouble(text)
    if (value === undefined) return this.#refuse('expected a number')
    if (isNumber && !Number.isFinite(value)) return this.#refuse('the number is out of range')
    this.#writer.varint(field.schema.tag)
    this.#writer.double(value)
  }

  #readInteger(field: JsonField, byte: number): void {
    const { schema } = field
    const writer = this.#writer
    const integer = this.#integer
    if (!this.#readNumberToken(byte, 'expected an integer')) return
    const flaw = integer.parse(this.#token, this.#tokenStart, this.#tokenEnd)
    if (flaw !== undefined) {
      const number = schema.kind === 'enum' && byte === 0x22 ? schema.names.indexOf(this.#tokenText()) : -1
      if (number < 0)
        return this.#refuse(flaw === 'out of range' ? 'the integer is out of range' : 'expected an integer')
      integer.high = 0
      integer.low = number
    }
    const { high, low, isNegative } = integer
    if (!isInRange(schema.kind, high, low, isNegative)) return this.#refuse('the integer is out of range')
    if (high === 0 && low === 0 && field.omitsDefault) return
    if (isNegative) integer.negate()
    writer.varint(schema.tag)
    if (schema.kind === 'fixed32') return writer.fixed32(integer.low)
    if (schema.kind !== 'fixed64') return writer.varint64(integer.high, integer.low)
    writer.fixed32(integer.low)
    writer.fixed32(integer.high)
  }

  /** @returns false when it is no number and no string, and then it is refused already */
  #readNumberToken(byte: number, expectation: string): boolean {
    if (byte === 0x22) return this.#readStringToken(byte)
    if (byte !== 0x2d && (byte < 0x30 || byte > 0x39)) {
      this.#refuseValue(expectation)
      return false
    }
    this.#scanner.readNumber()
    this.#token = this.#scanner.bytes
    this.#tokenStart = this.#scanner.tokenStart
    this.#tokenEnd = this.#scanner.tokenEnd
    return true
  }

  /** @returns false when it is no string, and then it is refused already */
  #readStringToken(byte: number): boolean {
    if (byte !== 0x22) {
      this.#refuseValue('expected a string')
      return false
    }
    this.#scanner.readString()
    this.#readToken()
    return true
  }

  /** Makes the scanner's string the token, unescaped. @returns false when an escape was half a surrogate pair */
  #readToken(): boolean {
    const { bytes, tokenStart, tokenEnd, hasEscapes } = this.#scanner
    let isWellFormed = true
    if (hasEscapes) {
      this.#scratch.length = 0
      isWellFormed = writeUnescaped(this.#scratch, bytes, tokenStart, tokenEnd)
    }
    this.#token = hasEscapes ? this.#scratch.bytes : bytes
    this.#tokenStart = hasEscapes ? 0 : tokenStart
    this.#tokenEnd = hasEscapes ? this.#scratch.length : tokenEnd
    return isWellFormed
  }

  #tokenText(): string {
    return readText(this.#token, this.#tokenStart, this.#tokenEnd)
  }
}

/** NaN and infinities as strings, in any case and also shortened, as the Collector takes them. */
function specialDouble(text: string): number | undefined {
  const [, sign, word] = /^([+-]?)(nan|inf|infinity)$/i.exec(text) ?? []
  if (word === undefined) return undefined
  if (word.toLowerCase() === 'nan') return Number.NaN
  return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}
