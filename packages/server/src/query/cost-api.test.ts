import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { exampleSpan } from '../otlp/test-payload.ts'
import type { Attribute, AttributeValue } from '../trace/attributes.ts'
import type { Span } from '../trace/span.ts'
import type { SpanList, TraceDetail, TraceItem, TraceList } from './contract.ts'
import { priceList } from './price-call.ts'
import { maxCallsPriced } from './price-trace.ts'
import { openTestQueryApi, type TestQueryApi } from './test-query-api.ts'

const hexId = (number: number, digits: number): string => number.toString(16).padStart(digits, '0')

function chat(traceId: string, number: number, told: Record<string, AttributeValue>, parent = ''): Span {
  const attributes: Attribute[] = Object.entries({ 'gen_ai.operation.name': 'chat', ...told }).map(
    ([key, value]) => ({ key, value }),
  )
  return exampleSpan({ traceId, spanId: hexId(number, 16), parentSpanId: parent, attributes })
}

const openai = { 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'gpt-4o' }
const tokens = { 'gen_ai.usage.input_tokens': 1000n, 'gen_ai.usage.output_tokens': 100n }
const ids = {
  priced: hexId(1, 32),
  unknown: hexId(2, 32),
  none: hexId(3, 32),
  nested: hexId(4, 32),
  many: hexId(5, 32),
}

describe('cost in the Query API', () => {
  let api: TestQueryApi

  before(async () => {
    api = await openTestQueryApi()
    await api.accept([
      chat(ids.priced, 1, { ...openai, ...tokens }),
      chat(ids.priced, 2, { ...openai, ...tokens, 'gen_ai.response.model': 'gpt-4o-mini-2024-07-18' }),
      chat(ids.priced, 3, openai),
      chat(ids.unknown, 1, {
        ...openai,
        'gen_ai.request.model': "'; drop table otel.body; --\u0000\u202e",
        ...tokens,
      }),
      chat(ids.unknown, 2, {
        ...openai,
        'gen_ai.usage.input_tokens': -5n,
        'gen_ai.usage.output_tokens': 2n ** 62n,
      }),
      exampleSpan({ traceId: ids.none, attributes: [] }),
      chat(ids.nested, 1, { ...openai, ...tokens }),
      chat(ids.nested, 2, { ...openai, ...tokens }, hexId(1, 16)),
    ])
    await api.accept(
      Array.from({ length: maxCallsPriced + 1 }, (_, index) =>
        chat(ids.many, index + 1, { ...openai, ...tokens }),
      ),
    )
    await api.persist()
  })
  after(() => api.close())

  const detail = (id: string) => api.get<TraceDetail>(`/api/v1/traces/${id}`)
  const whole = { truncated: false, price_list: priceList }

  test('a list and a trace tell the same: the sum, what is not in it, and the list it is by', async () => {
    const { items } = await api.get<TraceList>('/api/v1/traces')
    const listed = new Map(items.map((item: TraceItem) => [item.trace_id, item.cost]))
    assert.deepEqual(listed.get(ids.priced), { usd: 0.00371, priced_calls: 2, unpriced_calls: 1, ...whole })
    for (const id of Object.values(ids)) assert.deepEqual((await detail(id)).cost, listed.get(id), id)
  })

  test('what cannot be priced is unknown, and a trace without model calls has no cost', async () => {
    const { cost } = await detail(ids.unknown)
    assert.deepEqual(cost, { usd: null, priced_calls: 0, unpriced_calls: 2, ...whole })
    const { cost: none, usage } = await detail(ids.none)
    assert.deepEqual([none, usage], [null, []])
  })

  test('nested spans for one call cost once, by the inner one', async () => {
    const trace = await detail(ids.nested)
    assert.deepEqual(trace.cost, { usd: 0.0035, priced_calls: 1, unpriced_calls: 0, ...whole })
    assert.deepEqual(
      trace.spans.map((span) => [span.counts_tokens, span.cost?.usd ?? null]),
      [
        [false, null],
        [true, 0.0035],
      ],
    )
  })

  test('a trace is told by model', async () => {
    const { usage } = await detail(ids.priced)
    assert.deepEqual(
      usage.map(({ model, calls, usd, unpriced_calls }) => [model, calls, usd, unpriced_calls]),
      [
        ['gpt-4o', 2, 0.0035, 1],
        ['gpt-4o-mini-2024-07-18', 1, 0.00021, 0],
      ],
    )
  })

  test('spans tell their tokens and cost in both forms of the list', async () => {
    const path = `/api/v1/traces/${ids.priced}/spans`
    const short = await api.get<SpanList>(path)
    const long = await api.get<SpanList>(`${path}?include=attributes&limit=1`)
    assert.deepEqual(short.items[0]?.cost, { usd: 0.0035, price_list: priceList })
    assert.deepEqual([short.items[0]?.input_tokens, short.items[0]?.output_tokens], [1000, 100])
    assert.deepEqual(short.items[2]?.cost, null)
    assert.deepEqual(long.items[0]?.cost, short.items[0]?.cost)
  })

  test('more calls than are priced have no cost, and say so', async () => {
    const { cost, usage } = await detail(ids.many)
    assert.deepEqual([cost?.usd, cost?.truncated, usage], [null, true, []])
  })
})
