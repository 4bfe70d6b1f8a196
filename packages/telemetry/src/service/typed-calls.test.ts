import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createTelemetry } from '../index.ts'
import type { FinishedSpan, SpanOptions } from './telemetry-span.ts'
import type { ModelCallSpan } from './typed-calls.ts'

const telemetry = createTelemetry({ serviceName: 'unit', backend: 'memory', env: {} })
after(() => telemetry.shutdown())

function get(name: string): FinishedSpan {
  return telemetry.finishedSpans().find((span) => span.name === name) ?? assert.fail(`no span ${name}`)
}

/** The span of a model call, whose result was read to its end. */
function told(model: string, work: (call: ModelCallSpan) => unknown): FinishedSpan {
  const result = telemetry.modelCall({ provider: 'openai', model }, work)
  if (Symbol.iterator in Object(result)) for (const item of result as Iterable<unknown>) void item
  return get(`chat ${model}`)
}

describe('typed calls', () => {
  test('a model call follows the conventions', async () => {
    await telemetry.modelCall(
      {
        provider: 'openai',
        model: 'gpt-5',
        maxTokens: 100,
        temperature: 0.5,
        topK: 3,
        stopSequences: ['x'],
        choiceCount: 1,
        conversationId: 'c1',
        serverAddress: 'api.openai.com',
        serverPort: 443,
        messages: [{ role: 'user', content: 'secret' }],
      },
      async (call) => {
        call.setResponse({
          id: 'r1',
          model: 'gpt-5-1',
          finishReasons: ['stop'],
          usage: { inputTokens: 5, outputTokens: 6 },
        })
        return { usage: { prompt_tokens: 999 } }
      },
    )
    const span = get('chat gpt-5')
    assert.equal(span.kind, 'CLIENT')
    assert.deepEqual(span.attributes, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5',
      'gen_ai.conversation.id': 'c1',
      'gen_ai.request.max_tokens': 100,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.top_k': 3,
      'gen_ai.request.stop_sequences': ['x'],
      'server.address': 'api.openai.com',
      'server.port': 443,
      'holdfast.span.type': 'CHAT_MODEL',
      'gen_ai.response.id': 'r1',
      'gen_ai.response.model': 'gpt-5-1',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 5,
      'gen_ai.usage.output_tokens': 6,
    })
  })

  test('what a model call returns is read when nothing was told', async () => {
    await telemetry.modelCall({ provider: 'openai', model: 'read' }, async () => ({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      model: 'read-1',
      choices: [{ finish_reason: 'length', message: { role: 'assistant', content: 'hi' } }],
      usage: { prompt_tokens: 3, completion_tokens: 4, completion_tokens_details: { reasoning_tokens: 2 } },
    }))
    const { attributes } = get('chat read')
    assert.equal(attributes['gen_ai.response.id'], 'chatcmpl-1')
    assert.deepEqual(attributes['gen_ai.response.finish_reasons'], ['length'])
    assert.equal(attributes['gen_ai.usage.reasoning.output_tokens'], 2)
    assert.equal(attributes['gen_ai.output.messages'], undefined)
  })

  test('who tells the usage tells only that: the rest of a result, or of a stream, is read', () => {
    const { attributes: whole } = told('told whole', (call) => {
      call.setUsage({ inputTokens: 1, outputTokens: 2 })
      const choices = [{ finish_reason: 'stop', message: { role: 'assistant', content: 'hi' } }]
      return { id: 'r1', model: 'm-1', choices, usage: { prompt_tokens: 999 } }
    })
    assert.equal(whole['gen_ai.response.id'], 'r1')
    assert.deepEqual(whole['gen_ai.response.finish_reasons'], ['stop'])
    assert.equal(whole['gen_ai.usage.input_tokens'], 1)
    const { attributes: streamed } = told('told streamed', function* (call) {
      call.setUsage({ inputTokens: 1 })
      yield { id: 'r2', object: 'chat.completion.chunk', model: 'm-2', usage: { prompt_tokens: 999 } }
    })
    assert.equal(streamed['gen_ai.response.id'], 'r2')
    assert.equal(streamed['gen_ai.usage.input_tokens'], 1)
  })

  test('a later chunk that leaves cached tokens out takes none away', () => {
    const { attributes } = told('cumulative', function* () {
      const usage = { input_tokens: 10, cache_read_input_tokens: 100, output_tokens: 1 }
      yield { type: 'message_start', message: { id: 'm1', type: 'message', model: 'c', usage } }
      yield { type: 'message_delta', delta: {}, usage: { input_tokens: 10, output_tokens: 42 } }
    })
    assert.equal(attributes['gen_ai.usage.input_tokens'], 110)
    assert.equal(attributes['gen_ai.usage.output_tokens'], 42)
  })

  test('tools, agents, embeddings and retrievals have their names, kinds and operations', () => {
    telemetry.toolCall({ name: 'search', id: 'call_1', arguments: { q: 'secret' } }, () => 'secret')
    telemetry.agentRun({ name: 'helper', version: '2' }, () => 0)
    telemetry.agentRun({ name: 'far', remote: true, provider: 'openai' }, () => 0)
    telemetry.embeddings({ provider: 'cohere', model: 'embed', dimensions: 256 }, (call) =>
      call.setUsage({ prompt_tokens: 7 }),
    )
    telemetry.retrieval({ dataSource: 'docs', query: 'secret', topK: 4 }, (search) =>
      search.setDocuments(['secret']),
    )
    const tool = get('execute_tool search')
    assert.equal(tool.kind, 'INTERNAL')
    assert.equal(tool.attributes['gen_ai.tool.call.id'], 'call_1')
    assert.equal(get('invoke_agent helper').attributes['gen_ai.agent.version'], '2')
    assert.equal(get('invoke_agent helper').kind, 'INTERNAL')
    assert.equal(get('invoke_agent far').kind, 'CLIENT')
    assert.equal(get('embeddings embed').attributes['gen_ai.usage.input_tokens'], 7)
    assert.equal(get('embeddings embed').attributes['holdfast.span.type'], 'EMBEDDING')
    assert.equal(get('retrieval docs').attributes['gen_ai.operation.name'], 'retrieval')
    // Content that helpers see is not recorded by default.
    assert.ok(!JSON.stringify(telemetry.finishedSpans()).includes('secret'))
  })

  test('a span of a type has the conventions’ operation only together with what they require', () => {
    const attributesOf = (name: string, options: SpanOptions): object => {
      telemetry.span(name, options, () => 0)
      return get(name).attributes
    }
    assert.deepEqual(attributesOf('lookup', { type: 'TOOL' }), {
      'holdfast.span.type': 'TOOL',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'lookup',
    })
    assert.deepEqual(attributesOf('think', { type: 'CHAT_MODEL' }), { 'holdfast.span.type': 'CHAT_MODEL' })
    const attributes = { 'gen_ai.provider.name': 'openai', 'gen_ai.operation.name': 'generate_content' }
    assert.deepEqual(attributesOf('think more', { type: 'CHAT_MODEL', attributes }), {
      'holdfast.span.type': 'CHAT_MODEL',
      ...attributes,
    })
    assert.deepEqual(attributesOf('parse', { type: 'PARSER' }), { 'holdfast.span.type': 'PARSER' })
  })

  test('what is told as undefined is as if it were not told', () => {
    const nothing = {
      name: undefined,
      id: undefined,
      model: undefined,
      messages: undefined,
      attributes: undefined,
    }
    telemetry.agentRun(nothing, () => 0)
    assert.equal(get('invoke_agent').attributes['gen_ai.agent.name'], undefined)
    telemetry.modelCall(
      { provider: 'x', model: 'undefined', maxTokens: undefined, system: undefined },
      (call) => call.setResponse({ id: undefined, usage: undefined }).setUsage({ inputTokens: undefined }),
    )
    assert.equal(get('chat undefined').kind, 'CLIENT')
    telemetry.toolCall({ name: 'undefined', id: undefined, arguments: undefined }, () => 0)
    telemetry.embeddings({ provider: 'x', model: undefined, dimensions: undefined }, () => 0)
    telemetry.retrieval({ dataSource: undefined, topK: undefined }, () => 0)
    telemetry.span(
      'undefined',
      { type: undefined, kind: undefined, links: undefined, parent: undefined },
      () => 0,
    )
    assert.equal(get('undefined').kind, 'INTERNAL')
    assert.equal(telemetry.updateCurrentTrace({ userId: undefined }), false)
  })

  test('a tool result that is an error in MCP’s way marks the call failed', () => {
    telemetry.toolCall({ name: 'mcp' }, () => ({ isError: true, content: [] }))
    assert.equal(get('execute_tool mcp').status.code, 'ERROR')
    assert.equal(get('execute_tool mcp').attributes['error.type'], 'tool_error')
  })
})
