import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { exampleSpan } from '../otlp/test-payload.ts'
import type { Attribute, AttributeValue } from '../trace/attributes.ts'
import { toKeptFingerprint } from '../trace/fingerprint.ts'
import type { Span } from '../trace/span.ts'
import type { FingerprintStats, SpanList, TraceDetail, TraceList } from './contract.ts'
import { priceList } from './price-call.ts'
import { openTestQueryApi, type TestQueryApi } from './test-query-api.ts'

const second = 1_000_000_000n
const day = 86_400n * second
const noon = 1_795_435_200n * second // 2026-11-23T12:00:00Z
const hexId = (number: number, digits: number): string => number.toString(16).padStart(digits, '0')

let lastTrace = 0

/** A trace that asks, and calls a model with so many input tokens; `durationMs` long. */
function question(
  fingerprint: string,
  startUnixNano: bigint,
  durationMs: number,
  told: Record<string, AttributeValue> = {},
): Span[] {
  const traceId = hexId(++lastTrace, 32)
  const endUnixNano = startUnixNano + BigInt(durationMs) * 1_000_000n
  const attributesOf = (values: Record<string, AttributeValue>): Attribute[] =>
    Object.entries(values).map(([key, value]) => ({ key, value }))
  const make = (number: number, values: Record<string, AttributeValue>): Span =>
    exampleSpan({
      traceId,
      spanId: hexId(number, 16),
      parentSpanId: number === 1 ? '' : hexId(1, 16),
      startUnixNano,
      endUnixNano,
      status: { code: 0, message: '' },
      attributes: attributesOf(values),
    })
  const stage = make(2, { 'canonicalize.fingerprint': fingerprint })
  const calls = Object.keys(told).length === 0 ? [] : [make(3, { 'gen_ai.operation.name': 'chat', ...told })]
  return [make(1, {}), stage, ...calls]
}

const openai = { 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'gpt-4o' }
const tokens = { 'gen_ai.usage.input_tokens': 1000n, 'gen_ai.usage.output_tokens': 100n }
const unknown = { 'gen_ai.provider.name': 'nobody', 'gen_ai.request.model': 'nothing', ...tokens }
const perCall = 0.0035 // of gpt-4o, 1000 tokens in and 100 out

const films = 'FILTER:RATING=PG|LIMIT:10|SELECT:FILM'
const actors = 'SELECT:ACTOR|FILTER:NAME=%25 "x"\n'
const long = `SELECT:${'ü'.repeat(1000)}`
const period = 'start=2026-11-23T00:00:00Z&end=2026-11-24T00:00:00Z'

describe('fingerprints in the Query API', () => {
  let api: TestQueryApi
  const first = question(films, noon, 100, { ...openai, ...tokens })

  before(async () => {
    api = await openTestQueryApi()
    const failing = question(films, noon + 2n * second, 300, unknown)
    await api.accept([
      ...first,
      ...question(films, noon + second, 200, { ...openai, ...tokens }),
      ...failing.map((span, index) => (index === 0 ? { ...span, status: { code: 2, message: '' } } : span)),
      ...question(films, noon - day, 50, { ...openai, ...tokens }),
      ...question(actors, noon, 1000),
      ...question(long, noon, 10),
    ])
    await api.persist()
  })
  after(() => api.close())

  const stats = (query: string) => api.get<FingerprintStats>(`/api/v1/stats/fingerprints?${query}`)
  const find = async (fingerprint: string, rest = ''): Promise<number> => {
    const query = `fingerprint=${encodeURIComponent(fingerprint)}${rest}`
    return (await api.get<TraceList>(`/api/v1/traces?${query}`)).items.length
  }

  test('find traces, with other filters and page by page', async () => {
    assert.equal(await find(films), 4)
    assert.equal(await find(films, `&${period}`), 3)
    assert.equal(await find(films, '&status=error'), 1)
    assert.equal(await find(films, '&service=nobody'), 0)
    assert.equal(await find(actors), 1)
    assert.equal(await find(films.slice(1)), 0)
    for (const hostile of ['\0', '%', "'; drop table otel.body; --", '\u202e', 'x'.repeat(10_000)]) {
      assert.equal(await find(hostile), 0)
    }
    const url = `/api/v1/traces?limit=3&fingerprint=${encodeURIComponent(films)}`
    const page = await api.get<TraceList>(url)
    const rest = await api.get<TraceList>(`${url}&cursor=${page.next_cursor}`)
    assert.deepEqual([page.items.length, rest.items.length, rest.next_cursor], [3, 1, null])
    await api.refused(`/api/v1/traces?fingerprint=other&cursor=${page.next_cursor}`, 'invalid_cursor')
  })

  test('that are long are found as they were sent and as they are shown', async () => {
    assert.equal(await find(long), 1)
    assert.equal(await find(toKeptFingerprint(long)), 1)
    const { items } = await stats(`${period}&sort=p95&limit=100`)
    assert.equal(items.at(-1)?.fingerprint, toKeptFingerprint(long))
  })

  test('stand in spans and traces, where there are any', async () => {
    const path = `/api/v1/traces/${first[0]!.traceId}`
    assert.deepEqual((await api.get<TraceDetail>(path)).fingerprints, [films])
    for (const include of ['', '?include=attributes']) {
      const { items } = await api.get<SpanList>(`${path}/spans${include}`)
      assert.deepEqual(
        items.map((span) => span.fingerprint),
        [null, films, null],
      )
    }
  })

  test('of one trace are told up to a hundred', async () => {
    const traceId = 'd'.repeat(32)
    await api.accept(
      Array.from({ length: 300 }, (_, index) =>
        exampleSpan({
          traceId,
          spanId: hexId(index + 1, 16),
          startUnixNano: noon + 5n * day,
          attributes: [{ key: 'canonicalize.fingerprint', value: `Q${index >> 1}` }],
        }),
      ),
    )
    await api.persist()
    const { fingerprints } = await api.get<TraceDetail>(`/api/v1/traces/${traceId}`)
    assert.deepEqual(
      fingerprints,
      Array.from({ length: 100 }, (_, index) => `Q${index}`),
    )
  })

  test('are counted, with times, tokens and cost, and compared with the period before', async () => {
    const { items, ...rest } = await stats(`${period}&limit=1`)
    assert.deepEqual(rest, {
      start: '2026-11-23T00:00:00.000000000Z',
      end: '2026-11-24T00:00:00.000000000Z',
      previous_start: '2026-11-22T00:00:00.000000000Z',
      fingerprint_count: 3,
    })
    assert.deepEqual(items, [
      {
        fingerprint: films,
        count: 3,
        failed_count: 1,
        error_count: 1,
        error_rate: 1 / 3,
        p50_duration_ms: 200,
        p95_duration_ms: 290,
        input_tokens: 3000,
        output_tokens: 300,
        cost: {
          usd: 2 * perCall,
          priced_calls: 2,
          unpriced_calls: 1,
          truncated: false,
          price_list: priceList,
        },
        first_seen: '2026-11-23T12:00:00.000000000Z',
        last_seen: '2026-11-23T12:00:02.000000000Z',
        previous: {
          count: 1,
          failed_count: 0,
          error_count: 0,
          error_rate: 0,
          p50_duration_ms: 50,
          p95_duration_ms: 50,
          input_tokens: 1000,
          output_tokens: 100,
          cost: {
            usd: perCall,
            priced_calls: 1,
            unpriced_calls: 0,
            truncated: false,
            price_list: priceList,
          },
          first_seen: '2026-11-22T12:00:00.000000000Z',
          last_seen: '2026-11-22T12:00:00.000000000Z',
        },
        change: {
          count: 2,
          error_rate: 0.333333333333,
          p50_duration_ms: 150,
          p95_duration_ms: 240,
          input_tokens: 2000,
          output_tokens: 200,
          usd: null, // one call of the period has no price
        },
      },
    ])
  })

  test('are told alone too, and a question that corrected itself is none that failed', async () => {
    const start = noon + 10n * day
    const [root, ...rest] = question('corrected', start, 10, { ...openai, ...tokens })
    await api.accept([
      ...[root!, ...rest.map((span) => ({ ...span, status: { code: 2, message: '' } }))],
      ...question('corrected', start - day, 10, { ...openai, ...tokens, 'gen_ai.usage.input_tokens': 3000n }),
      ...question('another', start, 10),
    ])
    await api.persist()
    const { items, fingerprint_count } = await stats(
      'start=2026-12-03T00:00:00Z&end=2026-12-04T00:00:00Z&fingerprint=corrected',
    )
    assert.equal(fingerprint_count, 1)
    assert.deepEqual(
      items.map((item) => [item.fingerprint, item.failed_count, item.error_count, item.error_rate]),
      [['corrected', 0, 1, 0]],
    )
    assert.equal(items[0]?.change.usd, -0.005)
    assert.equal(items[0]?.change.error_rate, 0)
  })

  test('that nobody asked before have nothing to be compared with', async () => {
    const { items } = await stats(`${period}&sort=p95&limit=1`)
    const [item] = items
    assert.equal(item?.fingerprint, actors)
    assert.equal(item.cost, null)
    assert.deepEqual([item.previous.count, item.previous.error_rate, item.previous.cost], [0, null, null])
    assert.deepEqual([item.change.count, item.change.p95_duration_ms, item.change.usd], [1, null, null])
  })

  test('are those of the last day where no period is asked for, and none in an empty one', async () => {
    const now = BigInt(Date.now()) * 1_000_000n
    await api.accept([
      ...question('just now', now - 60n * second, 1),
      ...question('long ago', now - 3n * day, 1),
    ])
    await api.persist()
    const { items, start, end } = await stats('')
    assert.deepEqual(
      items.map((item) => item.fingerprint).filter((fingerprint) => /now|ago/.test(fingerprint)),
      ['just now'],
    )
    assert.equal(Date.parse(end) - Date.parse(start), 86_400_000)
    assert.deepEqual((await stats('end=2001-01-01T00:00:00Z')).items, [])
  })
})
