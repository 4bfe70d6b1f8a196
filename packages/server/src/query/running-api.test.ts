import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { exampleSpan } from '../otlp/test-payload.ts'
import type { Span } from '../trace/span.ts'
import type { SpanList, TraceDetail, TraceList } from './contract.ts'
import { openTestQueryApi, type TestQueryApi } from './test-query-api.ts'

const traceId = 'a'.repeat(32)
const doneId = 'b'.repeat(32)

function running(fields: Partial<Span> = {}): Span {
  return exampleSpan({
    traceId,
    endUnixNano: 0n,
    attributes: [{ key: 'holdfast.span.running', value: true }],
    ...fields,
  })
}

describe('what runs, in the Query API', () => {
  let api: TestQueryApi

  before(async () => {
    api = await openTestQueryApi()
    await api.accept([running(), running({ spanId: 'c'.repeat(16) }), exampleSpan({ traceId: doneId })])
    await api.persist()
  })
  after(() => api.close())

  const hear = async (secondsAgo: number): Promise<void> => {
    await api.database.pool.query(
      `update otel.ingestion_queue set received_at = clock_timestamp() - make_interval(secs => ${secondsAgo})`,
    )
  }
  const liveness = async () => {
    const { items } = await api.get<TraceList>('/api/v1/traces')
    const listed = items.find((item) => item.trace_id === traceId)!
    const detail = await api.get<TraceDetail>(`/api/v1/traces/${traceId}`)
    const { items: spans } = await api.get<SpanList>(`/api/v1/traces/${traceId}/spans?include=attributes`)
    const all = [listed, detail, ...detail.spans, ...spans]
    const told = new Set(all.map((each) => `${each.running} ${each.silent} ${each.last_heard_at}`))
    assert.equal(told.size, 1, [...told].join('\n'))
    return listed
  }

  test('lists, traces and spans tell alike that it runs and when it was last heard of', async () => {
    await hear(89)
    const { running: runs, silent, last_heard_at } = await liveness()
    assert.deepEqual([runs, silent], [true, false])
    assert.match(last_heard_at!, /^\d{4}-.*Z$/)
  })

  test('nothing heard for 90 seconds is silence', async () => {
    await hear(91)
    assert.equal((await liveness()).silent, true)
  })

  test('what ended is neither, however long ago', async () => {
    const done = await api.get<TraceDetail>(`/api/v1/traces/${doneId}`)
    assert.deepEqual([done.running, done.silent, done.last_heard_at], [false, false, null])
  })

  test('a span that is heard of again is not silent, and one that ends does not run', async () => {
    await api.accept([running()])
    await api.persist()
    const [first, second] = (await api.get<TraceDetail>(`/api/v1/traces/${traceId}`)).spans
    assert.deepEqual([first!.silent, second!.silent], [false, true])
    await api.accept([exampleSpan({ traceId }), exampleSpan({ traceId, spanId: 'c'.repeat(16) })])
    await api.persist()
    assert.equal((await liveness()).running, false)
  })
})
