import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { outputMessagesOf, toMessages, toParts } from './to-messages.ts'

test('OpenAI’s messages come out in the conventions’ schema', () => {
  assert.deepEqual(
    toMessages([
      { role: 'system', content: 'be kind' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'look' },
          { type: 'image_url', image_url: { url: 'data:…' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: '42' },
    ]),
    [
      { role: 'system', parts: [{ type: 'text', content: 'be kind' }] },
      {
        role: 'user',
        parts: [
          { type: 'text', content: 'look' },
          { type: 'image_url', content: '[holdfast: binary content left out]' },
        ],
      },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'f', arguments: { a: 1 } }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: '42' }] },
    ],
  )
})

test('Anthropic’s blocks come out in the conventions’ schema', () => {
  assert.deepEqual(
    toMessages([
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm' },
          { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'ok' }] },
    ]),
    [
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: 'hm' },
          { type: 'tool_call', id: 't', name: 'f', arguments: { a: 1 } },
        ],
      },
      { role: 'user', parts: [{ type: 'tool_call_response', id: 't', response: 'ok' }] },
    ],
  )
})

test('messages that are in the schema already, and a plain text, are understood', () => {
  const message = { role: 'user', parts: [{ type: 'text', content: 'x' }] }
  assert.deepEqual(toMessages([message]), [message])
  assert.deepEqual(toMessages('x'), [message])
  assert.deepEqual(toParts('be kind'), [{ type: 'text', content: 'be kind' }])
})

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
    outputMessagesOf({
      object: 'response',
      output: [
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'hi' }] },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: 'not json' },
      ],
    }),
    [
      { role: 'assistant', parts: [text] },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'f', arguments: 'not json' }] },
    ],
  )
  assert.equal(outputMessagesOf({ anything: 'else' }), undefined)
})

test('no value makes it throw', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      toMessages(value)
      toMessages([{ role: 'user', content: value, tool_calls: [value] }])
      toParts([value])
      outputMessagesOf({ choices: [value, { message: value }], messages: undefined })
    }),
  )
})
