import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readResponse } from './read-response.ts'
import { readUsage } from './read-usage.ts'

test('each provider’s usage comes out in the conventions’ terms: cached tokens in the input, reasoning in the output', () => {
  const cases: [string, object, object][] = [
    [
      'OpenAI chat completions',
      {
        prompt_tokens: 100,
        completion_tokens: 50,
        total_tokens: 150,
        prompt_tokens_details: { cached_tokens: 80 },
        completion_tokens_details: { reasoning_tokens: 30 },
      },
      { inputTokens: 100, outputTokens: 50, cacheReadTokens: 80, reasoningTokens: 30 },
    ],
    [
      'OpenAI responses',
      {
        input_tokens: 100,
        output_tokens: 50,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens_details: { reasoning_tokens: 0 },
      },
      { inputTokens: 100, outputTokens: 50, cacheReadTokens: 0, reasoningTokens: 0 },
    ],
    [
      'Anthropic',
      { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 100, cache_creation_input_tokens: 20 },
      { inputTokens: 130, outputTokens: 5, cacheReadTokens: 100, cacheWriteTokens: 20 },
    ],
    [
      'Anthropic without a cache',
      {
        input_tokens: 10,
        output_tokens: 5,
        cache_read_input_tokens: null,
        cache_creation_input_tokens: null,
      },
      { inputTokens: 10, outputTokens: 5 },
    ],
    [
      'Gemini',
      { promptTokenCount: 10, candidatesTokenCount: 5, thoughtsTokenCount: 7, cachedContentTokenCount: 4 },
      { inputTokens: 10, outputTokens: 12, cacheReadTokens: 4, reasoningTokens: 7 },
    ],
    [
      'the AI SDK',
      { inputTokens: 10, outputTokens: 5, totalTokens: 15, cachedInputTokens: 3, reasoningTokens: undefined },
      { inputTokens: 10, outputTokens: 5, cacheReadTokens: 3 },
    ],
    [
      'the newer AI SDK',
      { inputTokens: 10, inputTokenDetails: { cacheReadTokens: 1, cacheWriteTokens: 2 }, outputTokens: 5 },
      { inputTokens: 10, outputTokens: 5, cacheReadTokens: 1, cacheWriteTokens: 2 },
    ],
  ]
  for (const [provider, usage, expected] of cases) assert.deepEqual(readUsage(usage), expected, provider)
})

test('what is no count is not told, and never as 0', () => {
  assert.equal(readUsage({ input_tokens: -1, output_tokens: Number.NaN, prompt_tokens: '5' }), undefined)
  assert.equal(readUsage({}), undefined)
  assert.equal(readUsage(null), undefined)
  assert.equal(readUsage('usage'), undefined)
})

test('whole responses tell their id, model and reasons', () => {
  assert.deepEqual(
    readResponse({
      id: 'msg_1',
      type: 'message',
      model: 'claude',
      stop_reason: 'tool_use',
      usage: { input_tokens: 1, output_tokens: 2 },
    }),
    { id: 'msg_1', model: 'claude', finishReasons: ['tool_use'], usage: { inputTokens: 1, outputTokens: 2 } },
  )
  assert.deepEqual(
    readResponse({
      id: 'resp_1',
      object: 'response',
      model: 'gpt',
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    }),
    { id: 'resp_1', model: 'gpt', finishReasons: ['max_output_tokens'] },
  )
  assert.deepEqual(
    readResponse({ responseId: 'g', modelVersion: 'gemini', candidates: [{ finishReason: 'STOP' }] }),
    {
      id: 'g',
      model: 'gemini',
      finishReasons: ['STOP'],
    },
  )
})

test('chunks and events of streams tell what they have', () => {
  assert.deepEqual(
    readResponse({
      object: 'chat.completion.chunk',
      id: 'c',
      model: 'm',
      choices: [{ finish_reason: null }],
    }),
    { id: 'c', model: 'm' },
  )
  assert.deepEqual(
    readResponse({
      type: 'response.completed',
      response: { id: 'r', object: 'response', model: 'm', status: 'completed', usage: { input_tokens: 1 } },
    }),
    { id: 'r', model: 'm', finishReasons: ['stop'], usage: { inputTokens: 1 } },
  )
  assert.equal(
    readResponse({ type: 'content_block_delta', delta: { type: 'text_delta', text: 'x' } }),
    undefined,
  )
})

test('an object with an id is no response of a model', () => {
  assert.equal(readResponse({ id: '42', model: 'T', name: 'car' }), undefined)
  assert.equal(readResponse([1, 2]), undefined)
  assert.equal(readResponse(undefined), undefined)
})

test('no value makes it throw', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      readResponse(value)
      readResponse({ usage: value, choices: [value], message: value, type: 'message_start' })
    }),
  )
})
