import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  formatDate,
  formatInstant,
  maxInstantNano,
  minInstantNano,
  parseInstant,
  toMilliseconds,
  toNanoseconds,
} from './instant.ts'

describe('instants', () => {
  test('every int64 of nanoseconds comes back from its text', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: minInstantNano, max: maxInstantNano }), (nano) => {
        assert.equal(parseInstant(formatInstant(nano)), nano)
      }),
    )
  })

  test('texts sort as the times do', () => {
    const time = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
    fc.assert(
      fc.property(time, time, (a, b) => {
        assert.equal(a < b, formatInstant(a) < formatInstant(b))
      }),
    )
  })

  test('the last unsigned nanosecond of OTLP can be written', () => {
    assert.equal(formatInstant(2n ** 64n - 1n), '2554-07-21T23:34:33.709551615Z')
    assert.equal(formatInstant(0n), '1970-01-01T00:00:00.000000000Z')
    assert.equal(formatInstant(-1n), '1969-12-31T23:59:59.999999999Z')
  })

  test('a time beyond int64 reads as the end of the clock', () => {
    assert.equal(parseInstant('9999-12-31T23:59:59Z'), maxInstantNano)
    assert.equal(parseInstant('0001-01-01T00:00:00Z'), minInstantNano)
  })

  test('offsets are understood, also where a query string turned + into a space', () => {
    const utc = parseInstant('2026-11-23T12:00:00.5Z')
    assert.equal(parseInstant('2026-11-23T13:30:00.5+01:30'), utc)
    assert.equal(parseInstant('2026-11-23T13:30:00.5 01:30'), utc)
    assert.equal(parseInstant('2026-11-23t10:00:00.500000000-02:00'), utc)
  })

  test('what is no RFC 3339 time is refused', () => {
    for (const text of [
      '',
      'now',
      '2026-11-23',
      '2026-11-23T12:00Z',
      '2026-11-23T12:00:00',
      '2026-02-30T12:00:00Z',
      '2026-13-01T12:00:00Z',
      '2026-11-23T24:00:00Z',
      '2026-11-23T12:00:60Z',
      '2026-11-23T12:00:00.1234567890Z',
      '2026-11-23T12:00:00+24:00',
      '1732362000000000000',
    ]) {
      assert.equal(parseInstant(text), undefined, text)
    }
  })

  test('the clock of the database is written with nine digits too', () => {
    assert.equal(formatDate(new Date(1_700_000_000_123)), '2023-11-14T22:13:20.123000000Z')
  })
})

describe('durations', () => {
  test('nanoseconds survive as a fraction of milliseconds', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 50n }), (nano) => {
        assert.equal(toNanoseconds(toMilliseconds(nano)), nano)
      }),
    )
  })

  test('a duration beyond int64 is the longest there is', () => {
    assert.equal(toNanoseconds(Number.MAX_VALUE), maxInstantNano)
  })
})
