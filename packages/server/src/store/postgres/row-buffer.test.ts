import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { finished } from 'node:stream/promises'
import fc from 'fast-check'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { createTestDatabase, type TestDatabase } from '../../postgres/test-database.ts'
import { RowBuffer } from './row-buffer.ts'

interface Row {
  readonly small: number
  readonly whole: number
  readonly large: bigint
  readonly text: string | null
  readonly isDropped: boolean
}

// What the store writes: text never has NUL or lone surrogates.
const text = fc.string({ unit: 'grapheme', maxLength: 200 }).map((value) => value.replaceAll('\0', ''))

const row: fc.Arbitrary<Row> = fc.record({
  small: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
  whole: fc.integer(),
  large: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  text: fc.option(text),
  isDropped: fc.boolean(),
})

describe('rows in the binary COPY format', () => {
  let database: TestDatabase
  let client: pg.PoolClient
  before(async () => {
    database = await createTestDatabase()
    client = await database.pool.connect()
    await client.query('create temp table copied (small int2, whole int4, large int8, raw uuid, text text)')
  })
  after(async () => {
    client.release()
    await database.drop()
  })

  async function copy(rows: RowBuffer): Promise<unknown[]> {
    await client.query('truncate copied')
    const stream = client.query(copyFrom('copy copied from stdin (format binary)'))
    stream.write(Buffer.from('5047434f50590aff0d0a000000000000000000', 'hex'))
    for (const piece of rows.pieces()) stream.write(piece)
    stream.end(Buffer.from([0xff, 0xff]))
    await finished(stream)
    const result = await client.query('select small, whole, large, text from copied')
    return result.rows
  }

  function write(rows: RowBuffer, { small, whole, large, text }: Row): void {
    rows.beginRow(5, 100 + 4 * (text?.length ?? 0))
    rows.writeInt2(small)
    const position = rows.position
    rows.writeInt4(0)
    rows.patchInt4(position, whole)
    rows.writeInt8(Number(large >> 32n), Number(large & 0xffffffffn))
    rows.writeBytes(Buffer.alloc(20, 7), 2, 16)
    if (text === null) rows.writeNull()
    else rows.writeText(text)
  }

  test('arrive as they were written, without those that were dropped', async () => {
    const rows = new RowBuffer()
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 30 }), async (given) => {
        rows.clear()
        for (const [index, one] of given.entries()) {
          write(rows, one)
          if (one.isDropped) rows.drop(index)
          assert.equal(rows.isDropped(index), one.isDropped)
        }
        const kept = given.filter((one) => !one.isDropped)
        assert.equal(rows.rowCount - rows.droppedCount, kept.length)
        const expected = kept.map(({ small, whole, large, text }) => ({
          small,
          whole,
          large: String(large),
          text,
        }))
        assert.deepEqual(await copy(rows), expected)
      }),
      { numRuns: 60 },
    )
  })

  test('grow as far as they must, and give a giant’s memory back', async () => {
    const rows = new RowBuffer()
    const giant = { small: 1, whole: 2, large: 3n, text: 'ü'.repeat(3_000_000), isDropped: false }
    for (let i = 0; i < 3; i++) write(rows, giant)
    const [first] = (await copy(rows)) as Row[]
    assert.equal(first!.text, giant.text)
    rows.clear()
    for (let i = 0; i < 3000; i++) write(rows, { ...giant, whole: i, text: 'small' })
    const copied = (await copy(rows)) as Row[]
    assert.deepEqual(
      copied.map((one) => one.whole),
      Array.from({ length: 3000 }, (_, i) => i),
    )
  })

  test('that are all dropped are no rows', async () => {
    const rows = new RowBuffer()
    write(rows, { small: 1, whole: 2, large: 3n, text: null, isDropped: false })
    rows.drop(0)
    rows.drop(0)
    assert.equal(rows.droppedCount, 1)
    assert.deepEqual([...rows.pieces()], [])
  })
})
