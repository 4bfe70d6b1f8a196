import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { priceList } from './price-call.ts'
import { maxCallsPriced, priceTrace } from './price-trace.ts'
import { exampleCall } from './test-call-to-price.ts'

describe('the cost of a trace', () => {
  test('gives way to others, and ends when nobody waits for it any more', async () => {
    const calls = Array.from({ length: 5000 }, () => exampleCall())
    const reason = new Error('hung up')
    await assert.rejects(priceTrace(calls, AbortSignal.abort(reason)), { cause: reason })
  })

  test('is nothing to speak of without model calls', async () => {
    assert.deepEqual(await priceTrace([]), { cost: null, usage: [] })
  })

  test('is the sum over its calls, and says how many are not in it', async () => {
    const calls = [
      exampleCall(),
      exampleCall(),
      exampleCall({ requestModel: 'mine' }),
      exampleCall({ inputTokens: undefined }),
    ]
    const { cost } = await priceTrace(calls)
    assert.deepEqual(cost, {
      usd: 0.007,
      priced_calls: 2,
      unpriced_calls: 2,
      truncated: false,
      price_list: priceList,
    })
  })

  test('is unknown, and not 0, when no call could be priced', async () => {
    const { cost } = await priceTrace([exampleCall({ provider: 'ollama' })])
    assert.deepEqual([cost?.usd, cost?.unpriced_calls], [null, 1])
  })

  test('is told by model, the busiest first', async () => {
    const { usage } = await priceTrace([
      exampleCall({ requestModel: 'mine', provider: undefined, inputTokens: undefined }),
      exampleCall({ responseModel: 'gpt-4o-2024-08-06' }),
      exampleCall({ responseModel: 'gpt-4o-2024-08-06', outputTokens: undefined }),
    ])
    assert.deepEqual(usage, [
      {
        provider: 'openai',
        model: 'gpt-4o-2024-08-06',
        calls: 2,
        input_tokens: 2000,
        output_tokens: 100,
        usd: 0.0035,
        unpriced_calls: 1,
      },
      {
        provider: null,
        model: 'mine',
        calls: 1,
        input_tokens: null,
        output_tokens: 100,
        usd: null,
        unpriced_calls: 1,
      },
    ])
  })

  test('is not told where there are more calls than are priced: a part of it would pass for all', async () => {
    const calls = Array.from({ length: maxCallsPriced + 1 }, () => exampleCall())
    const { cost, usage } = await priceTrace(calls)
    assert.deepEqual([cost?.usd, cost?.truncated, cost?.priced_calls], [null, true, maxCallsPriced])
    assert.deepEqual(usage, [])
    assert.equal((await priceTrace(calls.slice(1))).cost?.truncated, false)
  })
})
