/**
 * OTLP JSON → protobuf (OTLP specification, "JSON Protobuf Encoding"; ProtoJSON where that is silent), in one pass and
 * without values in between: 64-bit integers stay exact and a 64 MiB payload does not become a gigabyte of objects. It
 * manages 120 thousand spans a second; JSON.parse alone, which spoils large integers, 180, and with the source text of
 * numbers 40 (benchmarks/otlp-codec.ts).
 *
 * It refuses what is not JSON or has a value of the wrong type, and names the place by its JSON path. It accepts all
 * that the Collector accepts and null for any field; unknown names (snake_case ones too) are skipped, and of a name
 * that comes twice the last one counts. Ids are carried over whatever their length, so that inspectTraces can reject
 * single spans; nothing is checked here that is checked there. Called by receive/, before inspectTraces.
 */
import { IntegerParser } from './json-integer.ts'
import { jsonFields, type JsonField, type JsonMessage } from './json-fields.ts'
import { JsonScanner, MalformedJson, numberEnd } from './json-scanner.ts'
import { writeBase64, writeHex, writeUnescaped } from './json-values.ts'
import { requestSchema } from './otlp-schema.ts'
import { ProtoWriter } from './proto-writer.ts'
import { readText } from './text.ts'
import { maxNesting } from './wire.ts'

export type Transcoded =
  { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly message: string }

/** @param json UTF-8 */
export function transcodeTracesJson(json: Uint8Array): Transcoded {
  const transcoder = new Transcoder(json)
  try {
    return { ok: true, bytes: transcoder.transcode() }
  } catch (error) {
    if (error instanceof MalformedJson)
      return { ok: false, message: `${transcoder.path()}: ${error.message}` }
    throw error
  }
}

class Transcoder {
  readonly #scanner: JsonScanner
  readonly #writer: ProtoWriter
  readonly #integer = new IntegerParser()
  /** Where strings with escapes are unescaped that are not text. */
  readonly #scratch = new ProtoWriter(0)
  /** Of each open object: the field that is being read, and its element. */
  readonly #openFields: JsonField[] = []
  readonly #openElements: number[] = []
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
    this.#token = json
  }

  transcode(): Uint8Array {
    if (this.#scanner.peek() !== 0x7b) this.#fail('expected an object')
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

  #fail(message: string): never {
    throw new MalformedJson(message)
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
    if (byte !== 0x5b) this.#fail('expected an array')
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
        return this.#readMessage(field, depth, byte)
      case 'string':
        return this.#readText(field, byte)
      case 'id':
        return this.#readId(field, byte)
      case 'bytes': {
        this.#readStringToken(byte)
        const begun = this.#writer.beginMessage(schema.tag)
        if (!writeBase64(this.#writer, this.#token, this.#tokenStart, this.#tokenEnd))
          this.#fail('expected base64')
        return this.#writer.endMessage(begun)
      }
      case 'bool':
        if (byte !== 0x74 && byte !== 0x66) this.#fail('expected true or false')
        this.#scanner.readLiteral(byte === 0x74 ? 'true' : 'false')
        this.#writer.varint(schema.tag)
        return this.#writer.varint(byte === 0x74 ? 1 : 0)
      case 'double':
        return this.#readDouble(field, byte)
      default:
        return this.#readInteger(field, byte)
    }
  }

  #readMessage(field: JsonField, depth: number, byte: number): void {
    const begun = this.#writer.beginMessage(field.schema.tag)
    if (byte === 0x6e) this.#scanner.readLiteral('null')
    else if (byte !== 0x7b) this.#fail('expected an object')
    // Deeper than protobuf goes it stays empty: inspectTraces sees that it is too deep, and rejects the span.
    else if (depth >= maxNesting) this.#scanner.skipValue()
    else this.#readObject(field.message!, depth + 1)
    this.#writer.endMessage(begun)
  }

  #readText(field: JsonField, byte: number): void {
    const scanner = this.#scanner
    const writer = this.#writer
    if (byte !== 0x22) this.#fail('expected a string')
    scanner.readString()
    const { tokenStart, tokenEnd } = scanner
    if (tokenStart === tokenEnd && field.omitsDefault) return
    if (scanner.hasEscapes) {
      const begun = writer.beginMessage(field.schema.tag)
      writeUnescaped(writer, scanner.bytes, tokenStart, tokenEnd)
      writer.endMessage(begun)
      return
    }
    writer.varint(field.schema.tag)
    writer.varint(tokenEnd - tokenStart)
    writer.copy(scanner.bytes, tokenStart, tokenEnd)
  }

  /**
   * Hex in either case. What is not hex is carried over as the text itself, at a length that no id has, so that a span
   * is rejected for it and not the whole payload.
   */
  #readId(field: JsonField, byte: number): void {
    const writer = this.#writer
    this.#readStringToken(byte)
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
    this.#readNumberToken(byte, 'expected a number')
    const isNumber = numberEnd(this.#token, this.#tokenStart, this.#tokenEnd) === this.#tokenEnd
    const text = readText(this.#token, this.#tokenStart, this.#tokenEnd)
    const value = isNumber ? Number(text) : specialDouble(text)
    if (value === undefined) this.#fail('expected a number')
    if (isNumber && !Number.isFinite(value)) this.#fail('the number is out of range')
    this.#writer.varint(field.schema.tag)
    this.#writer.double(value)
  }

  #readInteger(field: JsonField, byte: number): void {
    const { schema } = field
    const writer = this.#writer
    const integer = this.#integer
    this.#readNumberToken(byte, 'expected an integer')
    const flaw = integer.parse(this.#token, this.#tokenStart, this.#tokenEnd)
    if (flaw !== undefined) {
      const number = schema.kind === 'enum' && byte === 0x22 ? schema.names.indexOf(this.#tokenText()) : -1
      if (number < 0)
        this.#fail(flaw === 'out of range' ? 'the integer is out of range' : 'expected an integer')
      integer.high = 0
      integer.low = number
    }
    const { high, low, isNegative } = integer
    if (!isInRange(schema.kind, high, low, isNegative)) this.#fail('the integer is out of range')
    if (high === 0 && low === 0 && field.omitsDefault) return
    if (isNegative) integer.negate()
    writer.varint(schema.tag)
    if (schema.kind === 'fixed32') return writer.fixed32(integer.low)
    if (schema.kind !== 'fixed64') return writer.varint64(integer.high, integer.low)
    writer.fixed32(integer.low)
    writer.fixed32(integer.high)
  }

  #readNumberToken(byte: number, expectation: string): void {
    if (byte === 0x22) return this.#readStringToken(byte)
    if (byte !== 0x2d && (byte < 0x30 || byte > 0x39)) this.#fail(expectation)
    this.#scanner.readNumber()
    this.#token = this.#scanner.bytes
    this.#tokenStart = this.#scanner.tokenStart
    this.#tokenEnd = this.#scanner.tokenEnd
  }

  #readStringToken(byte: number): void {
    if (byte !== 0x22) this.#fail('expected a string')
    this.#scanner.readString()
    this.#readToken()
  }

  /** Makes the scanner's string the token, unescaped. */
  #readToken(): void {
    const { bytes, tokenStart, tokenEnd, hasEscapes } = this.#scanner
    if (hasEscapes) {
      this.#scratch.length = 0
      writeUnescaped(this.#scratch, bytes, tokenStart, tokenEnd)
    }
    this.#token = hasEscapes ? this.#scratch.bytes : bytes
    this.#tokenStart = hasEscapes ? 0 : tokenStart
    this.#tokenEnd = hasEscapes ? this.#scratch.length : tokenEnd
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

function isInRange(
  kind: JsonField['schema']['kind'],
  high: number,
  low: number,
  isNegative: boolean,
): boolean {
  const isZero = high === 0 && low === 0
  switch (kind) {
    case 'fixed64':
      return !isNegative || isZero
    case 'int64':
      return high < 0x8000_0000 || (isNegative && high === 0x8000_0000 && low === 0)
    case 'uint32':
    case 'fixed32':
      return high === 0 && (!isNegative || isZero)
    default:
      return high === 0 && (low < 0x8000_0000 || (isNegative && low === 0x8000_0000))
  }
}
