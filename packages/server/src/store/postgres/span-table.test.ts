import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { SpanTable } from './span-table.ts'

const half = fc.oneof(fc.nat(3), fc.integer(), fc.integer({ min: 0, max: 2 ** 32 - 1 }))
const key = fc.tuple(fc.nat(3), half, half)

/** The same key for the signed and the unsigned form of a half. */
const nameOf = (trace: number, high: number, low: number): string => `${trace}/${high | 0}/${low | 0}`

describe('the table of spans', () => {
  test('is a map from (trace, span id) to the row that was set last', () => {
    const table = new SpanTable()
    fc.assert(
      fc.property(fc.array(key, { maxLength: 200 }), fc.array(key, { maxLength: 20 }), (set, asked) => {
        table.clear()
        const map = new Map<string, number>()
        for (const [row, [trace, high, low]] of set.entries()) {
          assert.equal(table.find(trace, high, low), map.get(nameOf(trace, high, low)) ?? -1)
          table.set(trace, high, low, row)
          map.set(nameOf(trace, high, low), row)
        }
        for (const [trace, high, low] of [...set, ...asked]) {
          assert.equal(table.find(trace, high, low), map.get(nameOf(trace, high, low)) ?? -1)
        }
      }),
    )
  })

  test('tells the span id of a row as PostgreSQL’s bigint', () => {
    const table = new SpanTable()
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.nat(5000), (id, row) => {
        table.clear()
        table.set(0, Number(BigInt.asUintN(32, id >> 32n)), Number(id & 0xffffffffn), row)
        assert.equal(table.spanId(row), id)
      }),
    )
  })

  test('grows with a giant batch, and is empty and small again when it is cleared', () => {
    const table = new SpanTable()
    const count = 100_000
    for (let round = 0; round < 2; round++) {
      for (let row = 0; row < count; row++) table.set(row % 7, row, row * 31, row)
      for (let row = 0; row < count; row++) assert.equal(table.find(row % 7, row, row * 31), row)
      assert.equal(table.find(0, count, 0), -1)
      table.clear()
      assert.equal(table.find(1, 1, 31), -1)
    }
  })
})
