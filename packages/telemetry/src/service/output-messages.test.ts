import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { outputMessagesOf } from './output-messages.ts'
import { readResponse } from './read-response.ts'

const written = (messages: unknown): unknown => JSON.parse(JSON.stringify(messages))

test('the messages of a response have its finish reason', () => {
  const text = { type: 'text', content: 'hi' }
  assert.deepEqual(
    outputMessagesOf({ choices: [{ finish_reason: 'stop', message: { role: 'assistant', content: 'hi' } }] }),
    [{ role: 'assistant', parts: [text], finish_reason: 'stop' }],
  )
  assert.deepEqual(
    outputMessagesOf({
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: 'hi' }],
      stop_reason: 'end_turn',
    }),
    [{ role: 'assistant', parts: [text], finish_reason: 'end_turn' }],
  )
  assert.deepEqual(
    written(
      outputMessagesOf({
        object: 'response',
        output: [
          { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'hi' }] },
          { type: 'function_call', call_id: 'c', name: 'f', arguments: 'not json' },
        ],
      }),
    ),
    [
      { role: 'assistant', parts: [text] },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'f', arguments: 'not json' }] },
    ],
  )
  assert.equal(outputMessagesOf({ anything: 'else' }), undefined)
})

test('Gemini’s candidates and the AI SDK’s results are understood', () => {
  const text = { type: 'text', content: 'hi' }
  assert.deepEqual(
    outputMessagesOf({
      candidates: [{ content: { role: 'model', parts: [{ text: 'hi' }] }, finishReason: 'STOP' }],
    }),
    [{ role: 'assistant', parts: [text], finish_reason: 'STOP' }],
  )
  const response = { id: 'r', modelId: 'm', messages: [{ role: 'assistant', content: 'hi' }] }
  assert.deepEqual(outputMessagesOf({ text: 'hi', finishReason: 'stop', response }), [
    { role: 'assistant', parts: [text] },
  ])
  assert.deepEqual(
    outputMessagesOf({
      content: [{ type: 'text', text: 'hi' }],
      finishReason: 'stop',
      response: { id: 'r' },
    }),
    [{ role: 'assistant', parts: [text], finish_reason: 'stop' }],
  )
  assert.deepEqual(readResponse({ text: 'hi', finishReason: 'stop', response }), {
    id: 'r',
    model: 'm',
    finishReasons: ['stop'],
  })
})

test('a result whose fields are streams is left alone: reading them would read it', () => {
  const result = {
    textStream: {},
    get usage() {
      return assert.fail('was read')
    },
  }
  assert.equal(readResponse(result), undefined)
  assert.equal(outputMessagesOf(result), undefined)
})

test('no value makes it throw', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      outputMessagesOf({ choices: [value, { message: value }], messages: undefined })
      outputMessagesOf({ candidates: [{ content: value }] })
      outputMessagesOf({ finishReason: value, content: value, response: value })
    }),
  )
})
