// Spans as the instrumentations of each dialect send them, and what a row says of them.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { attributesOf, makeSpan } from '../conformance/example-spans.ts'
import type { SpanRow } from '../trace-store.ts'
import { openTestWriter, type TestWriter } from './test-writer.ts'

type Sent = Readonly<Record<string, string | number>>

describe('a row speaks the GenAI conventions of a span by', () => {
  let writer: TestWriter
  before(async () => {
    writer = await openTestWriter('2026-11-23')
  })
  after(() => writer.close())

  async function rowOf(sent: Sent): Promise<Partial<SpanRow> & { conversation: unknown; user: unknown }> {
    const span = makeSpan({ attributes: attributesOf(sent) })
    await writer.write([span])
    const [row] = await writer.store.listSpans(span.traceId, { limit: 1 })
    const { rows } = await writer.pool.query<{ conversation_id: unknown; user_id: unknown }>(
      'select conversation_id, user_id from otel.spans where trace_uuid = $1',
      [span.traceId],
    )
    return { ...row, conversation: rows[0]?.conversation_id, user: rows[0]?.user_id }
  }

  async function assertRow(sent: Sent, expected: Awaited<ReturnType<typeof rowOf>> | object): Promise<void> {
    const row = await rowOf(sent)
    const told = Object.fromEntries(Object.keys(expected).map((key) => [key, row[key as keyof typeof row]]))
    assert.deepEqual(told, expected)
  }

  test('OpenInference', async () => {
    await assertRow(
      {
        'openinference.span.kind': 'LLM',
        'llm.model_name': 'gpt-5',
        'llm.response.model_name': 'gpt-5-2026-01-01',
        'llm.provider': 'azure',
        'llm.system': 'openai',
        'llm.token_count.prompt': 120,
        'llm.token_count.completion': 30,
        'llm.token_count.total': 150,
        'llm.token_count.prompt_details.cache_read': 100,
        'llm.token_count.prompt_details.cache_write': 5,
        'llm.token_count.completion_details.reasoning': 12,
        'session.id': 'session 1',
        'user.id': 'user 1',
      },
      {
        genAiOperation: 'chat',
        provider: 'azure.ai.openai',
        requestModel: 'gpt-5',
        responseModel: 'gpt-5-2026-01-01',
        inputTokens: 120,
        outputTokens: 30,
        cacheReadTokens: 100,
        cacheWriteTokens: 5,
        reasoningTokens: 12,
        countsTokens: true,
        conversation: 'session 1',
        user: 'user 1',
      },
    )
    await assertRow(
      { 'openinference.span.kind': 'TOOL', 'tool.name': 'query' },
      { genAiOperation: 'execute_tool', tool: 'query' },
    )
    await assertRow(
      { 'openinference.span.kind': 'AGENT', 'agent.name': 'analyst', 'llm.token_count.prompt': 9 },
      { genAiOperation: 'invoke_agent', agent: 'analyst', inputTokens: 9, countsTokens: false },
    )
    await assertRow(
      { 'openinference.span.kind': 'EMBEDDING', 'embedding.model_name': 'ada', 'llm.system': 'vertexai' },
      { genAiOperation: 'embeddings', requestModel: 'ada', provider: 'gcp.vertex_ai' },
    )
    await assertRow({ 'openinference.span.kind': 'RETRIEVER' }, { genAiOperation: 'retrieval' })
    await assertRow(
      { 'openinference.span.kind': 'CHAIN', 'llm.token_count.prompt': 9 },
      { genAiOperation: undefined, countsTokens: false },
    )
  })

  test('OpenLLMetry, and its older names', async () => {
    await assertRow(
      {
        'llm.request.type': 'chat',
        'gen_ai.system': 'OpenAI',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.usage.prompt_tokens': 12,
        'gen_ai.usage.completion_tokens': 3,
        'gen_ai.usage.cache_read_input_tokens': 4,
        'gen_ai.usage.cache_creation_input_tokens': 2,
        'gen_ai.usage.reasoning_tokens': 1,
        'traceloop.entity.name': 'not a tool',
        'traceloop.association.properties.session_id': 'session 2',
        'traceloop.association.properties.user_id': 'user 2',
      },
      {
        genAiOperation: 'chat',
        provider: 'openai',
        requestModel: 'gpt-4o',
        inputTokens: 12,
        outputTokens: 3,
        cacheReadTokens: 4,
        cacheWriteTokens: 2,
        reasoningTokens: 1,
        tool: undefined,
        countsTokens: true,
        conversation: 'session 2',
        user: 'user 2',
      },
    )
    await assertRow(
      {
        'llm.vendor': 'Anthropic',
        'llm.request.type': 'completion',
        'llm.request.model': 'claude-2',
        'llm.response.model': 'claude-2.1',
        'llm.usage.prompt_tokens': 5,
        'llm.usage.completion_tokens': 6,
      },
      {
        genAiOperation: 'text_completion',
        provider: 'anthropic',
        requestModel: 'claude-2',
        responseModel: 'claude-2.1',
        inputTokens: 5,
        outputTokens: 6,
      },
    )
    await assertRow(
      { 'traceloop.entity.name': 'query', 'traceloop.span.kind': 'tool' },
      { genAiOperation: 'execute_tool', tool: 'query', agent: undefined },
    )
    await assertRow(
      { 'traceloop.span.kind': 'agent', 'traceloop.entity.name': 'analyst' },
      { genAiOperation: 'invoke_agent', tool: undefined, agent: 'analyst' },
    )
    await assertRow({ 'traceloop.span.kind': 'workflow' }, { genAiOperation: 'invoke_workflow' })
    await assertRow({ 'traceloop.span.kind': 'task' }, { genAiOperation: undefined })
  })

  test('Vercel’s AI SDK 4 to 6', async () => {
    await assertRow(
      {
        'ai.operationId': 'ai.streamText',
        'ai.model.id': 'claude-opus-4-5',
        'ai.model.provider': 'anthropic.messages',
        'ai.usage.promptTokens': 20,
        'ai.usage.completionTokens': 8,
        'ai.telemetry.metadata.sessionId': 'session 3',
      },
      {
        genAiOperation: 'invoke_agent',
        provider: 'anthropic',
        requestModel: 'claude-opus-4-5',
        inputTokens: 20,
        outputTokens: 8,
        countsTokens: false,
        conversation: 'session 3',
      },
    )
    await assertRow(
      {
        'ai.operationId': 'ai.streamText.doStream',
        'gen_ai.system': 'google.vertex.chat',
        'gen_ai.request.model': 'gemini-3',
        'ai.usage.inputTokens': 20,
        'gen_ai.usage.input_tokens': 21,
        'ai.usage.cachedInputTokens': 4,
        'ai.usage.reasoningTokens': 2,
      },
      {
        genAiOperation: 'chat',
        provider: 'gcp.vertex_ai',
        requestModel: 'gemini-3',
        inputTokens: 21,
        cacheReadTokens: 4,
        reasoningTokens: 2,
        countsTokens: true,
      },
    )
    await assertRow(
      { 'ai.operationId': 'ai.toolCall', 'ai.toolCall.name': 'query' },
      { genAiOperation: 'execute_tool', tool: 'query' },
    )
    await assertRow(
      { 'ai.operationId': 'ai.embed.doEmbed', 'ai.usage.tokens': 7 },
      { genAiOperation: 'embeddings', inputTokens: 7, countsTokens: true },
    )
  })

  test('MLflow, whose values are JSON', async () => {
    await assertRow(
      {
        'mlflow.spanType': '"CHAT_MODEL"',
        'mlflow.llm.model': '"gpt-5"',
        'mlflow.llm.provider': '"openai"',
        'mlflow.chat.tokenUsage': '{"input_tokens": 9, "output_tokens": 2, "cache_read_input_tokens": 1}',
        'mlflow.trace.session': '"session 4"',
      },
      {
        genAiOperation: 'chat',
        requestModel: 'gpt-5',
        provider: 'openai',
        inputTokens: 9,
        outputTokens: 2,
        cacheReadTokens: 1,
        countsTokens: true,
        conversation: 'session 4',
      },
    )
    await assertRow({ 'mlflow.spanType': 'TOOL' }, { genAiOperation: 'execute_tool' })
    await assertRow(
      { 'mlflow.spanType': '"CHAIN"', 'mlflow.chat.tokenUsage': '{"input_tokens": 9}' },
      { genAiOperation: undefined, inputTokens: 9, countsTokens: false },
    )
  })

  test('MLflow with usage that is nothing of the kind', async () => {
    for (const usage of ['', '{', '[1]', 'null', '{"input_tokens": -1}', '{"input_tokens": "9"}']) {
      await assertRow(
        { 'mlflow.spanType': '"LLM"', 'mlflow.chat.tokenUsage': usage },
        { genAiOperation: 'generate_content', inputTokens: undefined },
      )
    }
  })

  test('Holdfast', async () => {
    await assertRow({ 'holdfast.span.type': 'CHAT_MODEL' }, { genAiOperation: 'chat' })
    await assertRow(
      { 'holdfast.span.type': 'CHAIN', 'gen_ai.usage.input_tokens': 3 },
      { genAiOperation: undefined, countsTokens: false },
    )
  })

  test('two dialects at once: GenAI’s own name wins, wherever it stands, and an unknown word says nothing', async () => {
    const genAi = {
      'gen_ai.operation.name': 'generate_content',
      'gen_ai.provider.name': 'my.gateway',
      'gen_ai.request.model': 'gpt-5',
      'gen_ai.usage.input_tokens': 1,
      'gen_ai.tool.name': 'named',
    }
    const others = {
      'openinference.span.kind': 'TOOL',
      'llm.provider': 'openai',
      'llm.model_name': 'other',
      'llm.token_count.prompt': 2,
      'traceloop.span.kind': 'tool',
      'traceloop.entity.name': 'other',
    }
    const expected = {
      genAiOperation: 'generate_content',
      provider: 'my.gateway',
      requestModel: 'gpt-5',
      inputTokens: 1,
      tool: 'named',
    }
    await assertRow({ ...genAi, ...others }, expected)
    await assertRow({ ...others, ...genAi }, expected)
    const words = { 'openinference.span.kind': 'UNKNOWN', 'traceloop.span.kind': 'tool' }
    await assertRow(words, { genAiOperation: 'execute_tool' })
  })

  test('a tool, a look-up and a ranking are no calls of a model, and case does not matter', async () => {
    for (const operation of ['execute_tool', 'retrieval', 'rerank', 'INVOKE_AGENT']) {
      const sent = { 'gen_ai.operation.name': operation, 'gen_ai.usage.input_tokens': 10 }
      await assertRow(sent, { countsTokens: false, inputTokens: 10, genAiOperation: operation })
    }
    await assertRow(
      { 'gen_ai.operation.name': 'Chat', 'gen_ai.usage.input_tokens': 10 },
      { countsTokens: true, genAiOperation: 'Chat' },
    )
  })

  test('a key that stands twice: the last one counts, as in a map', async () => {
    const attributes = ['first', 'last'].map((value) => ({ key: 'gen_ai.request.model', value }))
    const span = makeSpan({ attributes })
    await writer.write([span])
    assert.equal((await writer.store.listSpans(span.traceId, { limit: 1 }))[0]?.requestModel, 'last')
  })

  test('a dialect nobody knows: tokens under a strange operation, or none, are counted', async () => {
    await assertRow({ 'gen_ai.usage.input_tokens': 1 }, { countsTokens: true, genAiOperation: undefined })
    await assertRow(
      { 'gen_ai.operation.name': 'converse', 'gen_ai.usage.input_tokens': 1 },
      { countsTokens: true, genAiOperation: 'converse' },
    )
  })
})
