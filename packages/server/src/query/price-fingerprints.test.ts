import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { waitForUpdate } from '@pydantic/genai-prices'
import fc from 'fast-check'
import { asks, makeSpan, makeStage, newName } from '../store/conformance/example-spans.ts'
import type { AskedPeriods } from '../store/fingerprint-ranking.ts'
import { openTestWriter, type TestWriter } from '../store/postgres/test-writer.ts'
import type { TraceStore } from '../store/trace-store.ts'
import type { AttributeValue } from '../trace/attributes.ts'
import type { Span } from '../trace/span.ts'
import type { Cost } from './contract.ts'
import { readPriceBoundaries } from './price-boundaries.ts'
import { priceCall, type CallToPrice } from './price-call.ts'
import { priceFingerprints } from './price-fingerprints.ts'
import { costNotLookedAt } from './price-trace.ts'
import { exampleCall } from './test-call-to-price.ts'

const nanoOf = (time: string): bigint => BigInt(Date.parse(time)) * 1_000_000n
const periods: AskedPeriods = {
  previousFromUnixNano: 0n,
  fromUnixNano: nanoOf('2026-01-01'),
  toUnixNano: nanoOf('2028-01-01'),
}

const list = (await waitForUpdate())!
const { inputTokens, startsUnixNano, timesOfDayNano } = readPriceBoundaries(list)!
const models = list.flatMap(({ id: provider, models: of }) => of.map((model) => ({ provider, model })))
const isSimple = (price: unknown): boolean => typeof price === 'number' && price > 0
/** Models whose price of a token is not always the same, or may be nothing. */
const unsteady = models.filter(
  ({ model: { prices } }) => Array.isArray(prices) || !Object.values(prices).every(isSimple),
)

/** A trace that asks, and calls a model where a call is given; both start with it. */
function question(fingerprint: string, call: CallToPrice): Span[] {
  const { startUnixNano } = call
  const stage = makeStage(fingerprint, { startUnixNano })
  const told: Record<string, AttributeValue | undefined> = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': call.provider,
    'gen_ai.request.model': call.requestModel,
    'gen_ai.response.model': call.responseModel,
    'gen_ai.usage.input_tokens': toCount(call.inputTokens),
    'gen_ai.usage.output_tokens': toCount(call.outputTokens),
    'gen_ai.usage.cache_read.input_tokens': toCount(call.cacheReadTokens),
    'gen_ai.usage.cache_creation.input_tokens': toCount(call.cacheWriteTokens),
  }
  const attributes = Object.entries(told).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value }],
  )
  return [stage, makeSpan({ traceId: stage.traceId, parentSpanId: stage.spanId, startUnixNano, attributes })]
}

const toCount = (count: number | undefined): bigint | undefined =>
  count === undefined ? undefined : BigInt(count)

/** Times and counts that lie next to every boundary, and elsewhere. */
const daysNano = [...startsUnixNano, nanoOf('2026-05-05'), nanoOf('2026-11-11')]
const start = fc
  .tuple(
    fc.constantFrom(...daysNano, ...daysNano.map((day) => day - 86_400_000_000_000n)),
    fc.oneof(fc.constantFrom(0n, ...timesOfDayNano), fc.bigInt(0n, 86_399_999_999_999n)),
    fc.constantFrom(-1_000_000n, -1n, 0n, 1n, 999_999n, 1_000_000n),
  )
  .map(([day, time, more]) => day + time + more)
const input = fc.oneof(
  fc.constantFrom(0, 1, ...inputTokens.flatMap((bound) => [bound - 2, bound - 1, bound, bound + 1])),
  fc.nat(1000),
  fc.nat(700_000),
)
const maybe = (count: fc.Arbitrary<number>) => fc.option(count, { nil: undefined, freq: 4 })
const tokens = fc
  .record({
    inputTokens: fc.option(input, { nil: undefined, freq: 20 }),
    outputTokens: maybe(fc.oneof(fc.constantFrom(0, 1), fc.nat(100_000))),
    // A part of the input, all of it, or more than it.
    read: maybe(fc.constantFrom(0, 0.3, 0.5, 1, 1.5)),
    written: maybe(fc.constantFrom(0, 0.3, 0.5, 1)),
  })
  .map(({ inputTokens: all, outputTokens, read, written }) => {
    const partOf = (part: number | undefined) =>
      part === undefined ? undefined : Math.floor((all ?? 9) * part)
    return {
      inputTokens: all,
      outputTokens,
      cacheReadTokens: partOf(read),
      cacheWriteTokens: partOf(written),
    }
  })

const callOf = (of: typeof models): fc.Arbitrary<CallToPrice> =>
  fc
    .tuple(fc.constantFrom(...of), fc.constantFrom('request', 'response', 'both', 'unknown'), start, tokens)
    .map(([{ provider, model }, told, startUnixNano, counts]) => ({
      startUnixNano,
      provider,
      requestModel: told === 'response' ? undefined : told === 'unknown' ? 'mine' : model.id,
      responseModel: told === 'request' ? undefined : told === 'unknown' ? 'also mine' : model.id,
      ...counts,
    }))

/** What the calls cost, priced one by one. */
function priceSingly(calls: readonly CallToPrice[]): { usd: number; priced: number; unpriced: number } {
  const prices = calls.map((call) => priceCall(call)).filter((usd) => usd !== undefined)
  return {
    usd: prices.reduce((sum, usd) => sum + usd, 0),
    priced: prices.length,
    unpriced: calls.length - prices.length,
  }
}

function assertSame(cost: Cost | null | undefined, calls: readonly CallToPrice[], message?: string): void {
  if (calls.length === 0) return assert.equal(cost, null)
  assert.ok(cost)
  const expected = priceSingly(calls)
  assert.deepEqual(
    [cost.priced_calls, cost.unpriced_calls, cost.truncated, cost.usd === null],
    [expected.priced, expected.unpriced, false, expected.priced === 0],
    message,
  )
  // Costs are told in whole 10^-12 dollars.
  const tolerance = 1e-9 * expected.usd + 1e-12
  assert.ok(
    Math.abs((cost.usd ?? 0) - expected.usd) <= tolerance,
    `${message}: ${cost.usd} for ${expected.usd}`,
  )
}

describe('the cost of fingerprints', () => {
  let writer: TestWriter
  before(async () => {
    writer = await openTestWriter('2026-11-23')
  })
  after(() => writer.close())

  async function price(
    fingerprints: readonly string[],
    store: TraceStore = writer.store,
  ): ReturnType<typeof priceFingerprints> {
    const { items } = await writer.store.rankFingerprints(periods, { sort: 'count', limit: 10_000 })
    const asked = items.filter((item) => fingerprints.includes(item.fingerprint))
    assert.equal(asked.length, fingerprints.length)
    return priceFingerprints(store, periods, asked, { limitMs: 600_000 })
  }

  const isCurrent = ({ startUnixNano }: CallToPrice): boolean => startUnixNano >= periods.fromUnixNano
  /** A question of the current period without a call, so that the fingerprint is one of its. */
  const uncalled = (fingerprint: string): Span =>
    makeStage(fingerprint, { startUnixNano: periods.fromUnixNano, attributes: [asks(fingerprint)] })

  async function assertPricedAsSingly(calls: readonly CallToPrice[]): Promise<void> {
    const fingerprint = newName('random')
    await writer.write([uncalled(fingerprint), ...calls.flatMap((call) => question(fingerprint, call))])
    const costs = (await price([fingerprint])).get(fingerprint)
    assertSame(costs?.current, calls.filter(isCurrent))
    assertSame(
      costs?.previous,
      calls.filter((call) => !isCurrent(call)),
    )
  }

  test('is that of their calls priced one by one, whatever the calls', async () => {
    const calls = fc
      .tuple(fc.subarray(models, { minLength: 1, maxLength: 3 }), fc.subarray(unsteady, { maxLength: 3 }))
      .chain(([some, others]) => fc.array(callOf([...some, ...others]), { minLength: 1, maxLength: 200 }))
    await fc.assert(fc.asyncProperty(calls, assertPricedAsSingly), { numRuns: 20, endOnFailure: true })
  })

  test('is so for each model whose price of a token is not always the same', async () => {
    assert.ok(unsteady.length > 50, `${unsteady.length} models`)
    const byFingerprint = new Map(
      unsteady.map((each) => [newName(each.model.id), fc.sample(callOf([each]), 40)] as const),
    )
    for (const [fingerprint, calls] of byFingerprint) {
      await writer.write([uncalled(fingerprint), ...calls.flatMap((call) => question(fingerprint, call))])
    }
    const costs = await price([...byFingerprint.keys()])
    for (const [fingerprint, calls] of byFingerprint) {
      assertSame(costs.get(fingerprint)?.current, calls.filter(isCurrent), fingerprint)
    }
  })

  test('is not looked at of those with model calls where the time is up', async () => {
    const [called, before, none] = [newName('called'), newName('before'), newName('none')]
    const call = exampleCall({ startUnixNano: periods.fromUnixNano })
    await writer.write([
      ...question(called, call),
      ...question(before, exampleCall()),
      uncalled(before),
      uncalled(none),
    ])
    const { items } = await writer.store.rankFingerprints(periods, { sort: 'count', limit: 10_000 })
    const locker = await writer.pool.connect()
    try {
      await locker.query('begin')
      await locker.query('lock table otel.span_row in access exclusive mode') // nothing is answered any more
      const costs = await priceFingerprints(writer.store, periods, items, { limitMs: 1 })
      assert.deepEqual(costs.get(called), { current: costNotLookedAt, previous: null })
      assert.deepEqual(costs.get(before), { current: null, previous: costNotLookedAt })
      assert.deepEqual(costs.get(none), { current: null, previous: null })
    } finally {
      await locker.query('rollback')
      locker.release()
    }
  })

  test('is asked for of those with few calls first, and those of too many models do not keep it from others', async () => {
    const [few, more, models] = [newName('few'), newName('more'), newName('models')]
    const call = exampleCall({ startUnixNano: periods.fromUnixNano })
    const byModel = Array.from({ length: 20_001 }, (_, index) => ({ ...call, requestModel: `m${index}` }))
    await writer.write(byModel.flatMap((each) => question(models, each)))
    await writer.write([...question(more, call), ...question(more, call), ...question(few, call)])
    const asked: (readonly string[])[] = []
    const store: TraceStore = {
      ...writer.store,
      groupModelCalls: (of, batches, ...rest) => {
        asked.push(...batches)
        return writer.store.groupModelCalls(of, batches, ...rest)
      },
    }
    const costs = await price([few, more, models], store)
    assert.deepEqual(asked, [[few, more], [models]])
    assertSame(costs.get(few)?.current, [call])
    assertSame(costs.get(more)?.current, [call, call])
    assert.deepEqual(costs.get(models), { current: costNotLookedAt, previous: null })
  })
})
