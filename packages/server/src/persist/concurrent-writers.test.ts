import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { assertBooksBalance } from '../queue/test-queue.ts'
import { makeRunning, makeSpan, millisecond, newTraceId, noon } from '../store/conformance/example-spans.ts'
import { BodyWriter } from '../store/postgres/write-bodies.ts'
import type { Span } from '../trace/span.ts'
import type { Claim } from '../queue/claim.ts'
import { persistClaim, type PersistContext } from './persist-batch.ts'
import { countSpans, openTestPersist, type TestPersist } from './test-persist.ts'

/** Each with its own connection and store, as persist threads have them. */
const writerCount = 4

describe('writers at the same time', () => {
  let persist: TestPersist
  let writers: PersistContext[]
  before(async () => {
    persist = await openTestPersist()
    writers = await Promise.all(
      Array.from({ length: writerCount }, async () => {
        const writer = new BodyWriter(persist.pool)
        const store = {
          write: (transaction: unknown, bodies: Parameters<BodyWriter['write']>[1]) =>
            writer.write(transaction as Parameters<BodyWriter['write']>[0], bodies),
        }
        return { ...persist.context, store, client: await persist.queue.connect() }
      }),
    )
  })
  after(() => persist.close())
  afterEach(async () => {
    assert.deepEqual(persist.troubles, [])
    await persist.queue.empty()
  })

  /** Claims each body alone, in this order, and has all of them persisted at once, one writer each. */
  async function persistAtOnce(...bodies: readonly (readonly (readonly Span[])[])[]): Promise<void> {
    const claims: Claim[] = []
    for (const payloads of bodies) {
      await persist.append(...payloads)
      claims.push(await persist.queue.claimSome())
    }
    await Promise.all(claims.map((claim, index) => persistClaim(writers[index % writerCount]!, claim)))
  }

  async function drain(): Promise<void> {
    await Promise.all(
      writers.map(async (writer) => {
        while (await persist.persistNext(writer));
      }),
    )
    await persist.persistAll()
  }

  test('on the same traces in different orders do not deadlock, and count each span once', async () => {
    const traceIds = Array.from({ length: 8 }, newTraceId)
    const spanOf = (traceId: string, i: number): Span =>
      makeSpan({ traceId, name: `step ${i}`, startUnixNano: noon + BigInt(i) * millisecond })
    const rounds = 6
    for (let round = 0; round < rounds; round++) {
      const bodies = Array.from({ length: writerCount }, (_, writer) => {
        const order = traceIds.map((_, i) => traceIds[(i * (2 * writer + 1) + writer) % traceIds.length]!)
        return [
          order.map((traceId, i) => spanOf(traceId, i)),
          order.toReversed().map((traceId) => spanOf(traceId, 9)),
        ]
      })
      await persistAtOnce(...bodies)
    }
    for (const traceId of traceIds) {
      assert.equal(await countSpans(persist.store, traceId), rounds * writerCount * 2)
    }
    const { spans } = await assertBooksBalance(persist.pool)
    assert.equal(spans.stored, BigInt(traceIds.length * rounds * writerCount * 2))
  })

  test('of the same spans store each once', async () => {
    const traceId = newTraceId()
    const spans = Array.from({ length: 50 }, () => makeSpan({ traceId }))
    await persistAtOnce([spans], [spans.toReversed()], [spans.slice(25)], [spans.slice(0, 25)])
    assert.equal(await countSpans(persist.store, traceId), 50)
    const { spans: books } = await assertBooksBalance(persist.pool)
    assert.deepEqual([books.stored, books.duplicate], [50n, 100n])
  })

  test('of a running span and its finished copy keep the finished one, whoever comes first', async () => {
    for (let round = 0; round < 8; round++) {
      const traceId = newTraceId()
      const finished = Array.from({ length: 5 }, () => makeSpan({ traceId }))
      const running = finished.map(makeRunning)
      await persistAtOnce(...(round % 2 === 0 ? [[running], [finished]] : [[finished], [running]]))
      assert.equal(await countSpans(persist.store, traceId), 5)
      const rows = await persist.store.listSpans(traceId, { limit: 10 })
      assert.ok(rows.every((row) => !row.running && row.durationNano === 10n * millisecond))
    }
    const { spans } = await assertBooksBalance(persist.pool)
    assert.equal(spans.stored, 40n)
    assert.equal(spans.replaced + spans.duplicate, 40n)
  })

  test('of signs of life of running spans keep the last to be appended, whoever writes it', async () => {
    const traceId = newTraceId()
    const spans = Array.from({ length: 5 }, () => makeSpan({ traceId }))
    const sign = (n: number): Span[] =>
      spans.map((span) => makeRunning({ ...span, attributes: [{ key: 'sign', value: BigInt(n) }] }))
    for (let round = 0; round < 4; round++) {
      await persistAtOnce(...[1, 2, 3, 4].map((n) => [sign(round * 4 + n)]))
    }
    assert.equal(await countSpans(persist.store, traceId), 5)
    assert.equal((await persist.store.findTrace(traceId))?.runningCount, 5)
    const stored = await persist.store.readSpans(traceId, { limit: 10 })
    assert.ok(
      stored.every((span) => span.attributes.some(({ key, value }) => key === 'sign' && value === 16n)),
    )
    const { spans: books } = await assertBooksBalance(persist.pool)
    assert.deepEqual([books.stored, books.replaced + books.duplicate], [5n, 75n])
  })

  test('of nested model calls count the innermost, whoever writes which', async () => {
    const tokens = (input: number) => [
      { key: 'gen_ai.operation.name', value: 'chat' },
      { key: 'gen_ai.usage.input_tokens', value: BigInt(input) },
    ]
    for (let round = 0; round < 8; round++) {
      const outer = makeSpan({ attributes: tokens(10) })
      const { traceId } = outer
      const middle = makeSpan({ traceId, parentSpanId: outer.spanId, attributes: tokens(10) })
      const inner = makeSpan({ traceId, parentSpanId: middle.spanId, attributes: tokens(10) })
      const alone = makeSpan({ traceId, attributes: tokens(3) })
      const bodies = [[[outer]], [[middle]], [[inner], [outer]], [[alone]]]
      await persistAtOnce(...(round % 2 === 0 ? bodies : bodies.toReversed()))
      assert.equal((await persist.store.findTrace(traceId))?.inputTokens, 13)
      const calls = await persist.store.listModelCalls([traceId], { limit: 10 })
      assert.deepEqual(
        new Set(calls.get(traceId)?.map((call) => call.spanId)),
        new Set([inner.spanId, alone.spanId]),
      )
    }
  })

  test('drain one queue together, each payload once, though each was sent twice', async () => {
    const traceIds = Array.from({ length: 10 }, newTraceId)
    const payloads = Array.from({ length: 40 }, (_, i) => [
      makeSpan({ traceId: traceIds[i % 10]! }),
      makeSpan({ traceId: traceIds[(i * 7) % 10]! }),
    ])
    for (const payload of payloads) {
      await persist.append(payload)
      await persist.append(payload)
    }
    await drain()
    const counts = await Promise.all(traceIds.map((traceId) => countSpans(persist.store, traceId)))
    assert.equal(
      counts.reduce((sum, count) => sum + count),
      80,
    )
    const { spans, payloads: books } = await assertBooksBalance(persist.pool)
    assert.deepEqual([spans.stored, spans.duplicate, spans.pending], [80n, 80n, 0n])
    assert.deepEqual([books.stored, books.duplicate, books.pending], [40n, 40n, 0n])
  })
})
