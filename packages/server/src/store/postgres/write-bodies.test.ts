import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../../postgres/test-database.ts'
import { runningAttribute, type Span } from '../../trace/span.ts'
import {
  makeRunning,
  makeSpan,
  newSpanId,
  newTraceId,
  noon,
  resourceOf,
} from '../conformance/example-spans.ts'
import { recountTraces } from './recount-traces.ts'
import { bodyToWrite, write } from './test-writer.ts'
import { TraceDraft } from './trace-draft.ts'
import { BodyWriter } from './write-bodies.ts'

const days = ['2026-11-22', '2026-11-23', '2026-11-24']
const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0')

describe('the writer of bodies', () => {
  let database: TestDatabase
  let pool: pg.Pool
  let writer: BodyWriter
  before(async () => {
    database = await createTestDatabase()
    pool = database.pool
    writer = new BodyWriter(pool)
    for (const day of days) await pool.query('select otel.make_partition($1)', [day])
  })
  after(() => database.drop())

  async function summaryOf(traceId: string): Promise<Record<string, unknown>> {
    const { rows } = await pool.query<Record<string, unknown>>(
      'select * from otel.trace_summary where trace_id = $1',
      [traceId],
    )
    assert.equal(rows.length, 1)
    return { ...rows[0], trace_id: '' }
  }

  /** What two traces of the same spans have in common. */
  async function comparable(traceId: string): Promise<Record<string, unknown>> {
    return { ...(await summaryOf(traceId)), heard_body_id: '' }
  }

  const span = fc
    .record({
      id: fc.constantFrom(1, 2, 0x7fffffff, 0x80000000, 0xffffffff),
      idLow: fc.nat(3),
      isRoot: fc.boolean(),
      start: fc.nat(3),
      length: fc.integer({ min: -2, max: 5 }),
      name: fc.constantFrom('a', 'b', 'c', 'n'.repeat(300)),
      status: fc.nat(2),
      isRunning: fc.boolean(),
      tokens: fc.option(fc.nat(5)),
      operation: fc.constantFrom('chat', 'invoke_agent'),
    })
    .map((one): Span => {
      const startUnixNano = noon + BigInt(one.start)
      const made = makeSpan({
        traceId: '',
        spanId: hex(one.id, 8) + hex(one.idLow + 1, 8),
        parentSpanId: one.isRoot ? '' : newSpanId(),
        name: one.name,
        startUnixNano,
        endUnixNano: startUnixNano + BigInt(one.length),
        status: { code: one.status, message: '' },
        attributes: [
          { key: 'gen_ai.operation.name', value: one.operation },
          ...(one.tokens === null ? [] : [{ key: 'gen_ai.usage.input_tokens', value: BigInt(one.tokens) }]),
        ],
      })
      return one.isRunning ? makeRunning(made) : made
    })

  // The first merge adds drafts up, the second counts rows: both have to tell the same of the same spans.
  test('has the same summary from merging in any order and batches as from counting the rows anew', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(span, { minLength: 1, maxLength: 12, selector: (one) => one.spanId }),
        fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
        async (spans, order) => {
          const [inOrder, shuffled] = [newTraceId(), newTraceId()]
          const ofTrace = (traceId: string, some: readonly Span[]) => some.map((one) => ({ ...one, traceId }))
          await write(pool, writer, bodyToWrite([ofTrace(inOrder, spans)], days[0]!))
          await write(pool, writer, bodyToWrite([], days[2]!))
          const mixed = spans
            .map((one, i) => ({ one, place: order[i]! }))
            .sort((a, b) => a.place - b.place)
            .map(({ one }) => one)
          for (let at = 0; at < mixed.length;) {
            const size = 1 + (order[at]! % 3)
            const some = ofTrace(shuffled, mixed.slice(at, at + size))
            await write(
              pool,
              writer,
              bodyToWrite(
                some.map((one) => [one]),
                days[0]!,
              ),
            )
            at += size
          }
          const merged = await summaryOf(shuffled)
          assert.deepEqual({ ...merged, heard_body_id: '' }, await comparable(inOrder))
          const draft = new TraceDraft(Buffer.from(shuffled, 'hex'), 0)
          const client = await pool.connect()
          await recountTraces(client, [draft], days[0]!)
          client.release()
          assert.deepEqual(await summaryOf(shuffled), merged)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('has the same summary when every span came twice and some ran first, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(span, { minLength: 1, maxLength: 6, selector: (one) => one.spanId }),
        fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
        async (spans, order) => {
          const [once, twice] = [newTraceId(), newTraceId()]
          const finished = spans.map((one) => ({
            ...one,
            attributes: one.attributes.filter((a) => a.key !== runningAttribute),
          }))
          await write(
            pool,
            writer,
            bodyToWrite([finished.map((one) => ({ ...one, traceId: once }))], days[0]!),
          )
          const copies = finished
            .flatMap((one) => [makeRunning(one), one])
            .map((one) => ({ ...one, traceId: twice }))
          const mixed = copies.map((one, i) => ({ one, place: order[i]! })).sort((a, b) => a.place - b.place)
          for (let at = 0; at < mixed.length; at += 3) {
            const some = mixed.slice(at, at + 3).map(({ one }) => [one])
            await write(pool, writer, bodyToWrite(some, days[0]!))
          }
          const { operation_ids: ids, ...rest } = await comparable(twice)
          const { operation_ids: onceIds, ...onceRest } = await comparable(once)
          assert.deepEqual(rest, onceRest)
          assert.deepEqual(ids, onceIds)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('looks only for spans it keeps: a batch that is mostly copies of itself, of a trace known before', async () => {
    const traceId = newTraceId()
    await write(pool, writer, bodyToWrite([[makeSpan({ traceId })]], days[1]!))
    const fresh = new BodyWriter(pool)
    const spans = Array.from({ length: 2048 }, () => makeSpan({ traceId }))
    const [outcome] = await write(pool, fresh, bodyToWrite([spans, spans], days[1]!))
    assert.deepEqual(outcome, { stored: 2048, duplicate: 2048, replaced: 0, duplicatePayloads: 1 })
    assert.equal((await summaryOf(traceId))['span_count'], 2049)
  })

  test('lists 256 operations of a trace and says when there are more', async () => {
    const service = newSpanId()
    const named = (count: number, from = 0): Span[] => {
      const resource = resourceOf(service)
      return Array.from({ length: count }, (_, i) =>
        makeSpan({ traceId, name: `step ${from + i}`, resource }),
      )
    }
    const traceId = newTraceId()
    await write(pool, writer, bodyToWrite([named(256)], days[1]!))
    const full = await summaryOf(traceId)
    assert.deepEqual([(full['operation_ids'] as []).length, full['operations_truncated']], [256, false])
    await write(pool, writer, bodyToWrite([named(10, 250)], days[1]!))
    const more = await summaryOf(traceId)
    assert.deepEqual([(more['operation_ids'] as []).length, more['operations_truncated']], [256, true])
    // A recount over the rows says the same.
    await write(pool, writer, bodyToWrite([named(1).flatMap((one) => [one, one])], days[1]!))
    const again = await summaryOf(traceId)
    assert.deepEqual([(again['operation_ids'] as []).length, again['operations_truncated']], [256, true])
  })

  test('refuses a body that holds more or fewer spans than were accepted', async () => {
    const body = bodyToWrite([[makeSpan(), makeSpan()]], days[1]!)
    for (const payloadSpanEnds of [[1], [3], [1, 3], []]) {
      await assert.rejects(write(pool, writer, { ...body, payloadSpanEnds }), { code: 'span_count' })
    }
    await write(pool, writer, body)
  })
})
