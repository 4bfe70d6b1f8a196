import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { waitForUpdate, type Provider } from '@pydantic/genai-prices'
import { readPriceBoundaries } from './price-boundaries.ts'

type Prices = Provider['models'][number]['prices']

const listOf = (...prices: Prices[]): Provider[] => [
  {
    id: 'p',
    name: 'P',
    api_pattern: 'p',
    models: prices.map((each, index) => ({ id: `m${index}`, match: { equals: `m${index}` }, prices: each })),
  },
]

describe('the boundaries of prices', () => {
  test('are known of the list that comes with the server', async () => {
    const boundaries = readPriceBoundaries((await waitForUpdate()) ?? [])
    assert.ok(boundaries !== undefined, 'the list has prices that go by something new: group calls by it too')
    const { inputTokens, startsUnixNano, timesOfDayNano } = boundaries
    assert.ok(inputTokens.includes(200_001), 'Google’s tier begins beyond 200 000')
    assert.ok(startsUnixNano.includes(BigInt(Date.parse('2025-06-10')) * 1_000_000n), 'o3 became cheaper')
    assert.ok(timesOfDayNano.includes(16n * 3_600_000_000_000n + 30n * 60_000_000_000n), 'DeepSeek by night')
  })

  test('are those of tiers, days and times of day, each once and in order, times in UTC', () => {
    const list = listOf({ input_mtok: { base: 1, tiers: [{ start: 300, price: 2 }] }, output_mtok: 4 }, [
      { prices: { input_mtok: { base: 1, tiers: [{ start: 300, price: 2 }] } } },
      {
        constraint: { type: 'start_date', start_date: '2026-02-01' },
        prices: { output_mtok: { base: 1, tiers: [{ start: 20, price: 2 }] } },
      },
      { constraint: { type: 'start_date', start_date: '2026-01-01' }, prices: { input_mtok: 1 } },
      {
        constraint: { type: 'time_of_date', start_time: '00:30:00+02:00', end_time: '01:00:00Z' },
        prices: { input_mtok: 1 },
      },
    ])
    assert.deepEqual(readPriceBoundaries(list), {
      inputTokens: [21, 301],
      startsUnixNano: ['2026-01-01', '2026-02-01'].map((day) => BigInt(Date.parse(day)) * 1_000_000n),
      timesOfDayNano: [3_600_000_000_000n, 81_000_000_000_000n],
    })
    assert.deepEqual(readPriceBoundaries([]), { inputTokens: [], startsUnixNano: [], timesOfDayNano: [] })
  })

  test('are unknown where a price goes by something else', () => {
    const byWeekday = [{ constraint: { type: 'weekday' }, prices: { input_mtok: 1 } }] as unknown as Prices
    const byCurve = { input_mtok: { base: 1, curve: [] } } as unknown as Prices
    for (const prices of [byWeekday, byCurve]) {
      assert.equal(readPriceBoundaries(listOf({ input_mtok: 1 }, prices)), undefined)
    }
  })
})
