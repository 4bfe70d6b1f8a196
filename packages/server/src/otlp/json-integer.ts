import { numberEnd } from './json-scanner.ts'
import type { FieldKind } from './otlp-schema.ts'

const twoTo32 = 0x1_0000_0000

/**
 * Reads decimal integers of up to 64 bits exactly, as two halves. `1e3` and `1.0` are integers too (ProtoJSON), `1.5`
 * is not.
 */
export class IntegerParser {
  isNegative = false
  /** Halves of the magnitude, unsigned. */
  high = 0
  low = 0

  /** @returns what is wrong with the number in [start, end), or undefined */
  parse(bytes: Uint8Array, start: number, end: number): 'not an integer' | 'out of range' | undefined {
    if (numberEnd(bytes, start, end) !== end) return 'not an integer'
    this.isNegative = bytes[start] === 0x2d
    let value = 0
    let at = this.isNegative ? start + 1 : start
    const exactEnd = Math.min(end, at + 15)
    for (; at < exactEnd; at++) {
      const digit = bytes[at]! - 0x30
      if (digit < 0 || digit > 9) return this.#parseWithPoint(bytes, start, end)
      value = value * 10 + digit
    }
    this.high = Math.floor(value / twoTo32)
    this.low = value >>> 0
    for (; at < end; at++) {
      const digit = bytes[at]! - 0x30
      if (digit < 0 || digit > 9) return this.#parseWithPoint(bytes, start, end)
      if (!this.#append(digit)) return 'out of range'
    }
    return undefined
  }

  /** Reads the magnitude as the two's complement of a negative number. */
  negate(): void {
    this.low = -this.low >>> 0
    this.high = (~this.high + (this.low === 0 ? 1 : 0)) >>> 0
  }

  #append(digit: number): boolean {
    const lower = this.low * 10 + digit
    const upper = this.high * 10 + Math.floor(lower / twoTo32)
    if (upper >= twoTo32) return false
    this.low = lower >>> 0
    this.high = upper
    return true
  }

  /** With a fraction or an exponent, however long these are. */
  #parseWithPoint(
    bytes: Uint8Array,
    start: number,
    end: number,
  ): 'not an integer' | 'out of range' | undefined {
    const text = new TextDecoder('latin1').decode(bytes.subarray(this.isNegative ? start + 1 : start, end))
    const [mantissa = '', exponentText = '0'] = text.toLowerCase().split('e')
    const [whole = '', fraction = ''] = mantissa.split('.')
    const significant = (whole + fraction).replace(/^0+/, '')
    const digits = trimZeros(significant)
    this.high = this.low = 0
    if (digits === '') return undefined
    const exponent = Number(exponentText) - fraction.length + significant.length - digits.length
    if (exponent < 0) return 'not an integer'
    if (digits.length + exponent > 20) return 'out of range'
    for (const digit of digits + '0'.repeat(exponent)) if (!this.#append(Number(digit))) return 'out of range'
    return undefined
  }
}

/** Without the zeros at its end (a regular expression would need time quadratic in their number). */
function trimZeros(digits: string): string {
  let end = digits.length
  while (end > 0 && digits[end - 1] === '0') end--
  return digits.slice(0, end)
}

/** Whether a field of that kind can hold the integer: its magnitude as two halves. */
export function isInRange(kind: FieldKind, high: number, low: number, isNegative: boolean): boolean {
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
