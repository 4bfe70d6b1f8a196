import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { calcPrice, findProvider } from '@pydantic/genai-prices'
import fc from 'fast-check'
import { priceCall, priceList, type CallToPrice } from './price-call.ts'
import { priceListProviders } from './price-provider-names.ts'
import { exampleCall } from './test-call-to-price.ts'

const at = (day: string): bigint => BigInt(Date.parse(`${day}T12:00:00Z`)) * 1_000_000n

const price = (fields: Partial<CallToPrice>): number | undefined => {
  const usd = priceCall(exampleCall(fields))
  return usd === undefined ? undefined : Number(usd.toFixed(12))
}

describe('the price of a model call', () => {
  test('is that of its tokens, by the list', () => {
    assert.equal(price({}), 0.0035)
    assert.equal(price({ cacheReadTokens: 400 }), 0.003)
  })

  test('is that of the day on which the call began', () => {
    assert.equal(price({ requestModel: 'o3', startUnixNano: at('2025-05-01') }), 0.014)
    assert.equal(price({ requestModel: 'o3', startUnixNano: at('2025-07-01') }), 0.0028)
  })

  test('goes by the model that answered before the one that was asked for', () => {
    assert.equal(price({ responseModel: 'gpt-4o-mini-2024-07-18' }), 0.00021)
    assert.equal(price({ requestModel: 'gpt-4o', responseModel: 'a-deployment' }), 0.0035)
    assert.equal(price({ requestModel: undefined, responseModel: 'gpt-4o-2024-08-06' }), 0.0035)
  })

  test('knows models with dates, prefixes and paths in their names', () => {
    const sonnet = 0.0045
    for (const [provider, requestModel] of [
      ['anthropic', 'claude-sonnet-4-5-20250929'],
      ['gcp.vertex_ai', 'claude-sonnet-4-5@20250929'],
      ['anthropic', 'anthropic/claude-sonnet-4-5'],
      [undefined, 'anthropic/claude-sonnet-4-5'],
      ['litellm', 'anthropic/claude-sonnet-4-5'],
      ['gateway', 'anthropic/claude-sonnet-4-5'],
      ['openrouter', 'anthropic/claude-sonnet-4.5'],
      [undefined, 'claude-sonnet-4-5'],
      [' Anthropic ', ' claude-sonnet-4-5 '],
    ] as const) {
      assert.equal(price({ provider, requestModel }), sonnet, `${provider} ${requestModel}`)
    }
    assert.equal(price({ provider: 'gcp.gemini', requestModel: 'models/gemini-2.5-pro' }), 0.00225)
    assert.equal(
      price({ provider: 'gcp.gen_ai', requestModel: 'publishers/google/models/gemini-2.5-pro' }),
      0.00225,
    )
    assert.equal(
      price({ provider: 'aws.bedrock', requestModel: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' }),
      0.00495,
    )
  })

  test('knows the providers by the names of the conventions and of other dialects', () => {
    for (const [provider, requestModel] of [
      ['azure.ai.openai', 'gpt-4o'],
      ['azure.ai.inference', 'gpt-4o'],
      ['azure-openai.responses', 'gpt-4o'],
      ['openai.chat', 'gpt-4o'],
      ['OpenAI', 'gpt-4o'],
      ['x_ai', 'grok-4'],
      ['xai.chat', 'grok-4'],
      ['gcp.gen_ai', 'gemini-2.5-pro'],
      ['google.generative-ai', 'gemini-2.5-pro'],
      ['mistral_ai', 'mistral-large-latest'],
      ['cohere', 'command-r-plus'],
      ['deepseek', 'deepseek-chat'],
      ['groq', 'llama-3.3-70b-versatile'],
      ['perplexity', 'sonar-pro'],
      ['moonshot_ai', 'kimi-k2-0905-preview'],
    ] as const) {
      assert.ok((price({ provider, requestModel }) ?? 0) > 0, `${provider} ${requestModel}`)
    }
  })

  test('every provider of the table is one of the list', () => {
    for (const [name, id] of priceListProviders) {
      assert.equal(name, name.toLowerCase())
      // A model that is not there is null; a provider that is not there is null as well, so ask for one that is.
      assert.ok(modelOf[id] !== undefined, id)
      assert.ok(calcPrice({ input_tokens: 1 }, modelOf[id], { providerId: id }) !== null, `${name}: ${id}`)
    }
  })

  test('is unknown where the model, or who charges for it, is unknown', () => {
    assert.equal(price({ requestModel: 'gpt-4o-nonsense' }), undefined)
    assert.equal(price({ requestModel: 'claude-sonnet-4-5' }), undefined)
    assert.equal(price({ requestModel: 'anthropic/claude-sonnet-4-5' }), undefined)
    assert.equal(price({ requestModel: undefined }), undefined)
    assert.equal(price({ requestModel: '' }), undefined)
    for (const provider of [
      'ibm.watsonx.ai',
      'ollama',
      'vllm',
      'openai_like',
      'my-openai-proxy',
      'openai.my-proxy',
    ]) {
      assert.equal(price({ provider }), undefined, provider)
    }
  })

  test('is unknown, and not 0, without the token counts that make it', () => {
    assert.equal(price({ inputTokens: undefined, outputTokens: undefined }), undefined)
    assert.equal(price({ inputTokens: undefined }), undefined)
    assert.equal(price({ outputTokens: undefined }), undefined)
    assert.equal(price({ inputTokens: -1 }), undefined)
    assert.equal(price({ inputTokens: Number.NaN }), undefined)
    assert.equal(price({ cacheReadTokens: Number.POSITIVE_INFINITY }), undefined)
    assert.equal(price({ inputTokens: 0, outputTokens: 0 }), 0)
  })

  test('is unknown, and not 0, for every model whose tokens the list does not price', () => {
    let models = 0
    for (const provider of [
      'openai',
      'anthropic',
      'google',
      'groq',
      'mistral',
      'cerebras',
      'openrouter',
      'x-ai',
    ]) {
      for (const { id } of findProvider({ providerId: provider })?.models ?? []) {
        const usd = priceCall(
          exampleCall({ provider, requestModel: id, inputTokens: 1e6, outputTokens: 1e6 }),
        )
        assert.ok(usd === undefined || usd > 0, `${provider} ${id} costs ${usd}`)
        models++
      }
    }
    assert.ok(models > 300, `${models} models of the list`)
    assert.equal(price({ requestModel: 'whisper-1' }), undefined)
  })

  test('is unknown where tokens of audio, which spans do not tell apart, cost something else', () => {
    assert.equal(price({ requestModel: 'gpt-realtime' }), undefined)
  })

  test('needs no output where the list charges for none', () => {
    assert.equal(price({ requestModel: 'text-embedding-3-small', outputTokens: undefined }), 0.00002)
  })

  test('takes more cached tokens than input for cached beside the input', () => {
    const beside = { inputTokens: 100, cacheReadTokens: 900, cacheWriteTokens: 500 }
    const within = { inputTokens: 1500, cacheReadTokens: 900, cacheWriteTokens: 500 }
    const sonnet = { provider: 'anthropic', requestModel: 'claude-sonnet-4-5' }
    assert.equal(price({ ...sonnet, ...beside }), price({ ...sonnet, ...within }))
    assert.ok(price({ ...sonnet, ...beside })! > 0)
  })

  test('never throws and never is a figure that is none, whatever spans say', () => {
    const text = fc.option(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('gpt-4o', 'openai', '__proto__', 'constructor', 'a/b'),
      ),
      { nil: undefined },
    )
    const tokens = fc.option(fc.oneof(fc.double(), fc.integer(), fc.maxSafeNat()), { nil: undefined })
    const anyCall = fc.record({
      startUnixNano: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      provider: text,
      requestModel: text,
      responseModel: text,
      inputTokens: tokens,
      outputTokens: tokens,
      cacheReadTokens: tokens,
      cacheWriteTokens: tokens,
    })
    fc.assert(
      fc.property(anyCall, (each) => {
        const usd = priceCall(each)
        assert.ok(usd === undefined || (Number.isFinite(usd) && usd >= 0))
      }),
    )
  })

  test('names the list and its version', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      dependencies: Record<string, string>
    }
    assert.equal(priceList, `genai-prices ${manifest.dependencies['@pydantic/genai-prices']}`)
  })
})

/** A model that the list has of each provider. */
const modelOf: Record<string, string> = {
  aws: 'anthropic.claude-3-5-sonnet-20241022-v2:0',
  azure: 'gpt-4o',
  google: 'gemini-2.5-pro',
  mistral: 'mistral-large-latest',
  moonshotai: 'kimi-k2-0905-preview',
  'x-ai': 'grok-4',
  together: 'meta-llama/Llama-3.3-70B-Instruct-Turbo',
  fireworks: 'accounts/fireworks/models/llama-v3p1-8b-instruct',
}
