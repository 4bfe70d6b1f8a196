// What is stored and summed up, against a model that looks at all copies at once and is simple enough to be right.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../../postgres/test-database.ts'
import type { Span } from '../../trace/span.ts'
import { makeRunning, makeSpan, newTraceId, noon, resourceOf } from '../conformance/example-spans.ts'
import type { BodyToWrite } from '../trace-store.ts'
import { markEmbeddings, markRunning, markTokensCounted } from './span-marks.ts'
import { bodyToWrite, write } from './test-writer.ts'
import { BodyWriter } from './write-bodies.ts'

const day = '2026-11-23'
const idOf = (n: number): string => (n === 0 ? '' : `00000000000000${n.toString(16).padStart(2, '0')}`)

/** One copy of one of five spans, which may contradict other copies of it. */
const copy = fc.record({
  id: fc.integer({ min: 1, max: 5 }),
  isOdd: fc.boolean(),
  odd: fc.record({
    parent: fc.nat(5),
    start: fc.nat(2),
    name: fc.constantFrom('a', 'b', '', 'n'.repeat(300), 'm'.repeat(300)),
  }),
  length: fc.integer({ min: -2, max: 3 }),
  isRunning: fc.boolean(),
  isError: fc.boolean(),
  operation: fc.constantFrom('chat', 'chat', 'embeddings', 'invoke_agent', undefined),
  input: fc.option(fc.nat(9), { nil: undefined }),
  output: fc.option(fc.nat(9), { nil: undefined }),
})
type Copy = typeof copy extends fc.Arbitrary<infer T> ? T : never

// Most copies agree on the parent (the span before), the start and the name.
const parentOf = (one: Copy): number => (one.isOdd ? one.odd.parent : one.id - 1)
const startOf = (one: Copy): number => (one.isOdd ? one.odd.start : 1)
const nameOf = (one: Copy): string => (one.isOdd ? one.odd.name : 'a')

function toSpan(one: Copy, traceId: string): Span {
  const startUnixNano = noon + BigInt(startOf(one))
  const span = makeSpan({
    traceId,
    spanId: idOf(one.id),
    parentSpanId: idOf(parentOf(one)),
    name: nameOf(one),
    startUnixNano,
    endUnixNano: startUnixNano + BigInt(one.length),
    status: { code: one.isError ? 2 : 0, message: '' },
    resource: resourceOf('counting'),
    attributes: [
      ...(one.operation === undefined ? [] : [{ key: 'gen_ai.operation.name', value: one.operation }]),
      ...(one.input === undefined ? [] : [{ key: 'gen_ai.usage.input_tokens', value: BigInt(one.input) }]),
      ...(one.output === undefined ? [] : [{ key: 'gen_ai.usage.output_tokens', value: BigInt(one.output) }]),
    ],
  })
  return one.isRunning ? makeRunning(span) : span
}

/** A copy, and where it came: in the nth body, and in which order that was written. */
interface Arrival {
  readonly copy: Copy
  readonly body: number
  readonly written: number
  readonly index: number
}

/** Of finished copies the first to be written, else of running ones the last to arrive. */
function keep(arrivals: readonly Arrival[]): Arrival {
  const finished = arrivals.filter((one) => !one.copy.isRunning)
  if (finished.length > 0) return finished.toSorted((a, b) => a.written - b.written || a.index - b.index)[0]!
  return arrivals.toSorted((a, b) => b.body - a.body || b.index - a.index)[0]!
}

const tells = ({ operation, input, output }: Copy): boolean =>
  operation !== 'invoke_agent' && (input !== undefined || output !== undefined)

/** Both tell of the same call. */
const isSameCall = (inner: Copy, outer: Copy): boolean =>
  inner.id !== outer.id &&
  parentOf(inner) === outer.id &&
  tells(inner) &&
  tells(outer) &&
  (inner.operation === 'embeddings') === (outer.operation === 'embeddings')

/** Tells less than the one around it, and has none inside. */
function isLess(one: Copy, all: readonly Copy[]): boolean {
  const around = all.find((other) => isSameCall(one, other))
  if (around === undefined || all.some((other) => isSameCall(other, one))) return false
  const isMissing = (theirs: number | undefined, own: number | undefined): boolean =>
    theirs !== undefined && own === undefined
  return isMissing(around.input, one.input) || isMissing(around.output, one.output)
}

function counts(one: Copy, all: readonly Copy[]): boolean {
  const isReplaced = all.some((other) => isSameCall(other, one) && !isLess(other, all))
  return tells(one) && !isReplaced && !isLess(one, all)
}

function summarize(kept: readonly Copy[]): Record<string, unknown> {
  const counted = kept.filter((one) => counts(one, kept))
  const sum = (numbers: readonly (number | undefined)[]): string | null => {
    const told = numbers.filter((n) => n !== undefined)
    return told.length === 0 ? null : String(told.reduce((total, n) => total + n))
  }
  const order = (one: Copy): number => (parentOf(one) === 0 ? 0 : 100) + startOf(one) * 10 + one.id
  const root = kept.toSorted((a, b) => order(a) - order(b))[0]!
  return {
    span_count: kept.length,
    error_count: kept.filter((one) => one.isError).length,
    running_count: kept.filter((one) => one.isRunning).length,
    model_call_count: kept.filter(
      (one) => tells(one) || one.operation === 'chat' || one.operation === 'embeddings',
    ).length,
    input_tokens: sum(counted.map((one) => one.input)),
    output_tokens: sum(counted.map((one) => one.output)),
    start_unix_nano: String(noon + BigInt(Math.min(...kept.map(startOf)))),
    end_unix_nano: String(
      noon +
        BigInt(Math.max(...kept.map((one) => startOf(one) + (one.isRunning ? 0 : Math.max(one.length, 0))))),
    ),
    root_span_id: String(root.id),
    root_provisional: parentOf(root) !== 0,
    operations: new Set(kept.map((one) => (nameOf(one).length > 256 ? '' : nameOf(one)))).size,
    operations_truncated: kept.some((one) => nameOf(one).length > 256),
    root_name_text: nameOf(root).length > 256 ? nameOf(root) : null,
  }
}

describe('counting', () => {
  let database: TestDatabase
  let pool: pg.Pool
  let writers: BodyWriter[]
  before(async () => {
    database = await createTestDatabase()
    pool = database.pool
    writers = [new BodyWriter(pool), new BodyWriter(pool)]
    await pool.query('select otel.make_partition($1)', [day])
  })
  after(() => database.drop())

  async function readSummary(traceId: string): Promise<Record<string, unknown>> {
    const { rows } = await pool.query<Record<string, unknown>>(
      `select span_count, error_count, running_count, model_call_count, input_tokens, output_tokens, start_unix_nano,
              end_unix_nano, root_span_id, root_provisional, cardinality(operation_ids) as operations,
              operations_truncated, root_name_text, heard_body_id
       from otel.trace_summary where trace_id = $1`,
      [traceId],
    )
    return rows[0]!
  }

  async function readRows(traceId: string): Promise<unknown[]> {
    const { rows } = await pool.query<{ span_id: string; body_id: string; marks: number }>(
      'select span_id, body_id, marks from otel.span_row where trace_id = $1 order by span_id',
      [traceId],
    )
    return rows.map((row) => ({
      id: Number(row.span_id),
      bodyId: BigInt(row.body_id),
      isRunning: (row.marks & markRunning) !== 0,
      counts: (row.marks & markTokensCounted) !== 0,
      isEmbeddings: (row.marks & markEmbeddings) !== 0,
    }))
  }

  test('is right after every batch, whatever came before, in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(copy, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        fc.infiniteStream(fc.nat()),
        async (contents, dice) => {
          const traceId = newTraceId()
          const bodies = contents.map((copies) =>
            bodyToWrite(
              copies.map((one) => [toSpan(one, traceId)]),
              day,
            ),
          )
          const order = bodies.map((_, body) => ({ body, at: dice.next().value! % 100 }))
          order.sort((a, b) => a.at - b.at)
          const arrivals: Arrival[] = []
          for (let from = 0; from < order.length;) {
            const some = order.slice(from, from + 1 + (dice.next().value! % 2))
            from += some.length
            await write(pool, writers[from % 2]!, ...some.map(({ body }) => bodies[body]!))
            for (const { body } of some) {
              const written = arrivals.length
              for (const [index, one] of contents[body]!.entries())
                arrivals.push({ copy: one, body, written, index })
            }
            await check(traceId, arrivals, bodies)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  async function check(
    traceId: string,
    arrivals: readonly Arrival[],
    bodies: readonly BodyToWrite[],
  ): Promise<void> {
    const kept = [...Map.groupBy(arrivals, (one) => one.copy.id).values()].map(keep)
    const copies = kept.map((one) => one.copy)
    const newest = Math.max(...arrivals.map(({ body }) => body))
    assert.deepEqual(await readSummary(traceId), {
      ...summarize(copies),
      heard_body_id: String(bodies[newest]!.bodyId),
    })
    assert.deepEqual(
      await readRows(traceId),
      kept
        .toSorted((a, b) => a.copy.id - b.copy.id)
        .map(({ copy: one, body }) => ({
          id: one.id,
          bodyId: bodies[body]!.bodyId,
          isRunning: one.isRunning,
          counts: counts(one, copies),
          isEmbeddings: one.operation === 'embeddings',
        })),
    )
  }
})
