// Input tokens by the conventions, of instrumentations that include cached ones and of those that leave them out.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Span } from '../../trace/span.ts'
import { attributesOf, makeSpan, plainScope } from '../conformance/example-spans.ts'
import { openTestWriter, type TestWriter } from './test-writer.ts'

type Sent = Readonly<Record<string, string | number>>

function spanOf(sent: Sent, scopeName: string): Span {
  return makeSpan({ attributes: attributesOf(sent), scope: { ...plainScope, name: scopeName } })
}

describe('the input tokens, which include cached ones by the conventions, where', () => {
  let writer: TestWriter
  before(async () => {
    writer = await openTestWriter('2026-11-23')
  })
  after(() => writer.close())

  async function cached(sent: Sent, scopeName = 'scope'): Promise<unknown[]> {
    const span = spanOf(sent, scopeName)
    await writer.write([span])
    const [row] = await writer.store.listSpans(span.traceId, { limit: 1 })
    return [row?.inputTokens, row?.cacheReadTokens, row?.cacheWriteTokens]
  }

  const traceloop = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.response.model': 'claude-sonnet-4-5-20250929',
    'gen_ai.usage.input_tokens': 2000,
    'gen_ai.usage.output_tokens': 100,
    'gen_ai.usage.total_tokens': 2100,
    'gen_ai.usage.cache_creation.input_tokens': 300,
    'gen_ai.usage.cache_read.input_tokens': 1500,
  }

  test('OpenLLMetry for JavaScript leaves them out: the same attributes mean another thing than for Python', async () => {
    assert.deepEqual(await cached(traceloop, '@traceloop/instrumentation-anthropic'), [3800, 1500, 300])
    assert.deepEqual(await cached(traceloop, 'opentelemetry.instrumentation.anthropic'), [2000, 1500, 300])
  })

  test('each scope of a payload is its own', async () => {
    const apart = spanOf(traceloop, '@traceloop/instrumentation-anthropic')
    const within = spanOf(traceloop, 'other')
    await writer.write([within, apart], [within], [apart])
    for (const [span, input] of [[apart, 3800] as const, [within, 2000] as const]) {
      const [row] = await writer.store.listSpans(span.traceId, { limit: 1 })
      assert.equal(row?.inputTokens, input)
    }
  })

  test('the AI SDK 5 leaves them out, where the provider’s API does', async () => {
    const sent = {
      'ai.operationId': 'ai.generateText.doGenerate',
      'ai.model.provider': 'anthropic.messages',
      'ai.usage.inputTokens': 2000,
      'gen_ai.usage.input_tokens': 2000,
      'ai.usage.cachedInputTokens': 1500,
      'gen_ai.system': 'anthropic.messages',
    }
    assert.deepEqual(await cached(sent), [3500, 1500, undefined])
    const bedrock = { 'ai.model.provider': 'amazon-bedrock', 'gen_ai.system': 'amazon-bedrock' }
    assert.deepEqual(await cached({ ...sent, ...bedrock }), [3500, 1500, undefined])
    const openai = { 'ai.model.provider': 'openai.responses', 'gen_ai.system': 'openai.responses' }
    assert.deepEqual(await cached({ ...sent, ...openai }), [2000, 1500, undefined])
  })

  test('the AI SDK 6 includes them, and tells the details besides', async () => {
    const sent = {
      'ai.operationId': 'ai.generateText.doGenerate',
      'ai.model.provider': 'anthropic.messages',
      'ai.usage.inputTokens': 3500,
      'ai.usage.cachedInputTokens': 1500,
      'ai.usage.inputTokenDetails.cacheReadTokens': 1500,
      'ai.usage.inputTokenDetails.noCacheTokens': 2000,
    }
    assert.deepEqual(await cached(sent), [3500, 1500, undefined])
  })

  test('OpenInference and MLflow include them', async () => {
    const openInference = {
      'openinference.span.kind': 'LLM',
      'llm.provider': 'anthropic',
      'llm.token_count.prompt': 3500,
      'llm.token_count.prompt_details.cache_read': 1500,
    }
    assert.deepEqual(await cached(openInference), [3500, 1500, undefined])
    const usage = '{"input_tokens": 3500, "output_tokens": 1, "cache_read_input_tokens": 1500}'
    const mlflow = { 'mlflow.llm.provider': '"anthropic"', 'mlflow.chat.tokenUsage': usage }
    assert.deepEqual(await cached(mlflow), [3500, 1500, undefined])
  })

  test('more is cached than there is input: of a provider that counts them apart it was left out', async () => {
    const sent = {
      'gen_ai.provider.name': 'aws.bedrock',
      'gen_ai.usage.input_tokens': 20,
      'gen_ai.usage.cache_read.input_tokens': 1500,
      'gen_ai.usage.cache_write.input_tokens': 2,
    }
    assert.deepEqual(await cached(sent), [1522, 1500, 2])
    assert.deepEqual(await cached({ ...sent, 'gen_ai.provider.name': 'openai' }), [20, 1500, 2])
    const most = { ...sent, 'gen_ai.usage.cache_read.input_tokens': 0x7fffffff }
    assert.deepEqual(await cached(most), [0x7fffffff, 0x7fffffff, 2])
  })
})
