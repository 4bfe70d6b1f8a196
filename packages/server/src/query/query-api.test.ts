import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { decodeSpan } from '../otlp/decode-span.ts'
import { SpanWalker } from '../otlp/span-walker.ts'
import { transcodeTracesJson } from '../otlp/transcode-json.ts'
import { exampleSpan } from '../otlp/test-payload.ts'
import type { Span } from '../trace/span.ts'
import type { OperationList, ServiceList, SpanList, TraceDetail, TraceList } from './contract.ts'
import { priceList } from './price-call.ts'
import { openTestQueryApi, type TestQueryApi } from './test-query-api.ts'

const second = 1_000_000_000n
const origin = 1_763_900_000n * second

const hexId = (number: number, digits: number): string => number.toString(16).padStart(digits, '0')
const traceId = (number: number): string => hexId(number + 0xabc000, 32)

/** Trace n starts n seconds after the origin, takes n ms, and has n % 3 + 1 spans; every fourth has an error. */
function traceOf(number: number): Span[] {
  const startUnixNano = origin + BigInt(number) * second
  return Array.from({ length: (number % 3) + 1 }, (_, index) =>
    exampleSpan({
      traceId: traceId(number),
      spanId: hexId(index + 1, 16),
      parentSpanId: index === 0 ? '' : hexId(1, 16),
      name: index === 0 ? `task ${number % 2 === 0 ? 'even' : 'odd'}` : 'step',
      startUnixNano,
      endUnixNano: startUnixNano + BigInt(number) * 1_000_000n,
      status: { code: number % 4 === 0 ? 2 : 0, message: '' },
    }),
  )
}

const count = 12
const newestFirst = Array.from({ length: count }, (_, number) => traceId(count - 1 - number))

describe('the Query API', () => {
  let api: TestQueryApi

  before(async () => {
    api = await openTestQueryApi()
    for (let number = 0; number < count; number += 3) {
      await api.accept([...traceOf(number), ...traceOf(number + 1), ...traceOf(number + 2)])
    }
    await api.persist()
  })
  after(() => api.close())

  const find = async (filters: string): Promise<string[]> =>
    (await api.get<TraceList>(`/api/v1/traces?${filters}`)).items.map((trace) => trace.trace_id)

  test('a trace is told with its times to the nanosecond', async () => {
    const { items } = await api.get<TraceList>('/api/v1/traces?limit=1')
    assert.deepEqual(items, [
      {
        trace_id: traceId(11),
        service_name: 'agent',
        root_name: 'task odd',
        root_span_id: hexId(1, 16),
        root_provisional: false,
        start_time: '2025-11-23T12:13:31.000000000Z',
        end_time: '2025-11-23T12:13:31.011000000Z',
        duration_ms: 11,
        status: 'ok',
        span_count: 3,
        error_count: 0,
        input_tokens: 2400, // of the two steps: they are calls within the first span's call
        output_tokens: null,
        cost: { usd: null, priced_calls: 0, unpriced_calls: 2, truncated: false, price_list: priceList },
        running: false,
        silent: false,
        last_heard_at: null,
      },
    ])
  })

  test('each filter narrows the list', async () => {
    assert.deepEqual(await find(''), newestFirst)
    assert.deepEqual(await find('status=error'), [traceId(8), traceId(4), traceId(0)])
    assert.equal((await find('status=ok')).length, 9)
    assert.deepEqual(await find('min_duration_ms=10'), [traceId(11), traceId(10)])
    assert.deepEqual(await find('max_duration_ms=0.999'), [traceId(0)])
    assert.deepEqual(await find('service=nobody'), [])
    assert.equal((await find('service=agent&name=step')).length, 8)
    assert.deepEqual(await find('name=task+even&status=error&min_duration_ms=5'), [traceId(8)])
  })

  test('a time range takes in its start and leaves out its end, to the nanosecond', async () => {
    const at = '2025-11-23T12:13:25'
    assert.deepEqual(await find(`start=${at}.000000000Z&end=${at}.000000001Z`), [traceId(5)])
    assert.deepEqual(await find(`start=${at}.000000001Z&end=${at}.9Z`), [])
    assert.deepEqual(await find(`start=2025-11-23T13:13:25+01:00&end=${at}.1Z`), [traceId(5)])
  })

  test('pages of any size, put together, are the whole list', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: count + 1 }), async (limit) => {
        const found: string[] = []
        let cursor: string | null = ''
        while (cursor !== null) {
          const after: string = cursor === '' ? '' : `&cursor=${cursor}`
          const page: TraceList = await api.get(`/api/v1/traces?limit=${limit}${after}`)
          assert.ok(page.items.length <= limit)
          found.push(...page.items.map((trace) => trace.trace_id))
          cursor = page.next_cursor
        }
        assert.deepEqual(found, newestFirst)
      }),
      { numRuns: 8 },
    )
  })

  test('a cursor is refused with other filters, and taken with another limit', async () => {
    const { next_cursor } = await api.get<TraceList>('/api/v1/traces?limit=2&status=ok')
    await api.refused(`/api/v1/traces?status=error&cursor=${next_cursor}`, 'invalid_cursor')
    await api.refused(`/api/v1/services?cursor=${next_cursor}`, 'invalid_cursor')
    assert.equal((await find(`status=ok&limit=500&cursor=${next_cursor}`)).length, 7)
  })

  test('a trace comes with its spans, by its id in either case', async () => {
    const trace = await api.get<TraceDetail>(`/api/v1/traces/${traceId(2).toUpperCase()}`)
    assert.equal(trace.span_count, 3)
    assert.equal(trace.spans_truncated, false)
    assert.deepEqual(trace.spans[1], {
      span_id: hexId(2, 16),
      parent_span_id: hexId(1, 16),
      name: 'step',
      kind: 'client',
      service_name: 'agent',
      start_time: '2025-11-23T12:13:22.000000000Z',
      duration_ms: 2,
      status: 'unset',
      running: false,
      silent: false,
      last_heard_at: null,
      input_tokens: 1200,
      output_tokens: null,
      counts_tokens: true,
      fingerprint: null,
      cost: null,
    })
  })

  test('the list of spans goes on where a cursor says, with attributes or without', async () => {
    const path = `/api/v1/traces/${traceId(5)}/spans`
    const first = await api.get<SpanList>(`${path}?limit=1`)
    const second = await api.get<SpanList>(`${path}?limit=1&include=attributes&cursor=${first.next_cursor}`)
    const third = await api.get<SpanList>(`${path}?limit=1&cursor=${second.next_cursor}`)
    assert.deepEqual(
      [first, second, third].flatMap((page) => page.items.map((span) => span.span_id)),
      [1, 2, 3].map((number) => hexId(number, 16)),
    )
    assert.equal(first.items[0]?.attributes, undefined)
    assert.deepEqual(second.items[0]?.attributes, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': 1200,
    })
    assert.equal(third.next_cursor, null)
  })

  test('the raw trace has every span as it was sent, in JSON and in protobuf', async () => {
    const path = `/api/v1/traces/${traceId(5)}/raw`
    const json = await api.app.inject(path)
    assert.match(String(json.headers['content-type']), /^application\/json/)
    const transcoded = transcodeTracesJson(json.rawPayload)
    assert.ok(transcoded.ok)
    assert.deepEqual(spansIn(transcoded.bytes), traceOf(5))
    for (const accept of ['application/x-protobuf', 'text/plain, application/protobuf;q=0.5']) {
      const protobuf = await api.app.inject({ url: path, headers: { accept } })
      assert.match(String(protobuf.headers['content-type']), /^application\/(x-)?protobuf$/)
      assert.deepEqual(spansIn(protobuf.rawPayload), traceOf(5))
    }
  })

  test('services and operations are listed in pages', async () => {
    const services = await api.get<ServiceList>('/api/v1/services')
    assert.deepEqual(services, { items: [{ name: 'agent' }], next_cursor: null })
    const first = await api.get<OperationList>('/api/v1/operations?service=agent&limit=2')
    const rest = await api.get<OperationList>(
      `/api/v1/operations?service=agent&limit=2&cursor=${first.next_cursor}`,
    )
    assert.deepEqual(
      [...first.items, ...rest.items].map((operation) => operation.name),
      ['step', 'task even', 'task odd'],
    )
    assert.equal(first.items[0]?.kind, 'client')
  })

  test('an unknown trace is not found, whatever is asked of it', async () => {
    const unknown = 'f'.repeat(32)
    for (const rest of ['', '?include=attributes', '/spans', '/spans?include=attributes', '/raw']) {
      await api.refused(`/api/v1/traces/${unknown}${rest}`, 'trace_not_found')
    }
  })

  test('a page of long spans ends by its bytes, and its cursor goes on', async () => {
    const long = 'x'.repeat(5 * 1024 * 1024)
    const spans = Array.from({ length: 5 }, (_, index) =>
      exampleSpan({
        traceId: 'e'.repeat(32),
        spanId: hexId(index + 1, 16),
        startUnixNano: origin + BigInt(index),
        attributes: [{ key: 'input', value: long }],
      }),
    )
    for (const span of spans) await api.accept([span])
    await api.persist()
    const path = `/api/v1/traces/${'e'.repeat(32)}`
    const trace = await api.get<TraceDetail>(`${path}?include=attributes`)
    assert.equal(trace.spans.length, 3)
    const rest = await api.get<SpanList>(`${path}/spans?include=attributes&cursor=${trace.spans_next_cursor}`)
    assert.deepEqual(
      [...trace.spans, ...rest.items].map((span) => span.span_id),
      spans.map((span) => span.spanId),
    )
  })
})

function spansIn(bytes: Uint8Array): Span[] {
  const walker = new SpanWalker()
  walker.reset(bytes)
  const spans: Span[] = []
  while (walker.next()) spans.push(decodeSpan(walker))
  return spans
}
