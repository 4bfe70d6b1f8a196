import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { StreamedMessages } from './streamed-messages.ts'

function read(items: readonly unknown[], maxChars = 1000): unknown {
  const streamed = new StreamedMessages(maxChars)
  for (const item of items) streamed.add(item)
  const messages = streamed.messages(['stop'])
  return messages && JSON.parse(JSON.stringify(messages))
}

const text = { type: 'text', content: 'hi there' }
const call = { type: 'tool_call', id: 'c', name: 'f', arguments: { a: 1 } }
const answer = [{ role: 'assistant', parts: [text, call], finish_reason: 'stop' }]

describe('the pieces of an answer are put together', () => {
  const streams: Readonly<Record<string, readonly unknown[]>> = {
    'of OpenAI’s chat completions': [
      { choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] },
      { choices: [{ index: 0, delta: { content: 'hi' } }] },
      { choices: [{ index: 0, delta: { content: ' there' } }] },
      {
        choices: [
          { delta: { tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{"a"' } }] } },
        ],
      },
      { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] } }] },
      { choices: [], usage: {} },
    ],
    'of Anthropic': [
      { type: 'message_start', message: { type: 'message', content: [] } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hi' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: ' there' } },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'content_block_start',
        index: 1,
        content_block: { type: 'tool_use', id: 'c', name: 'f', input: {} },
      },
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"a":' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '1}' } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
    ],
    'of Gemini': [
      { candidates: [{ content: { role: 'model', parts: [{ text: 'hi' }] } }] },
      { candidates: [{ content: { parts: [{ text: ' there' }] } }] },
      { candidates: [{ content: { parts: [{ functionCall: { id: 'c', name: 'f', args: { a: 1 } } }] } }] },
    ],
    'of the AI SDK': [
      { type: 'text-start', id: '0' },
      { type: 'text-delta', id: '0', text: 'hi' },
      { type: 'text-delta', id: '0', delta: ' there' },
      { type: 'tool-call', toolCallId: 'c', toolName: 'f', input: '{"a":1}' },
      { type: 'finish', finishReason: 'stop' },
    ],
  }
  for (const [kind, items] of Object.entries(streams)) {
    test(kind, () => assert.deepEqual(read(items), answer))
  }

  test('of OpenAI’s responses, which end with all of it', () => {
    const output = [
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'hi there' }] },
    ]
    const items = [
      { type: 'response.output_text.delta', delta: 'hi' },
      { type: 'response.output_text.delta', delta: ' there' },
    ]
    assert.deepEqual(read(items), [{ role: 'assistant', parts: [text], finish_reason: 'stop' }])
    const end = { type: 'response.completed', response: { object: 'response', output } }
    assert.deepEqual(read([...items, end]), [{ role: 'assistant', parts: [text] }])
  })

  test('of plain text', () => {
    assert.deepEqual(read(['hi', ' there']), [{ role: 'assistant', parts: [text], finish_reason: 'stop' }])
  })
})

test('several answers and reasoning stay apart', () => {
  const items = [
    { choices: [{ index: 0, delta: { reasoning_content: 'hm' } }] },
    {
      choices: [
        { index: 0, delta: { content: 'one' } },
        { index: 1, delta: { content: 'two' } },
      ],
    },
  ]
  assert.deepEqual(read(items), [
    {
      role: 'assistant',
      parts: [
        { type: 'reasoning', content: 'hm' },
        { type: 'text', content: 'one' },
      ],
      finish_reason: 'stop',
    },
    { role: 'assistant', parts: [{ type: 'text', content: 'two' }] },
  ])
})

test('no more is kept than is recorded, and one character to show that there was more', () => {
  const streamed = new StreamedMessages(10)
  for (let count = 0; count < 1000; count += 1) streamed.add('abc')
  assert.deepEqual(streamed.messages(), [
    { role: 'assistant', parts: [{ type: 'text', content: 'abcabcabcab' }] },
  ])
})

test('what is no answer gives none, and no value makes it throw', () => {
  assert.equal(read([1, null, {}, { type: 'ping' }]), undefined)
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const shapes = [
        value,
        { choices: [value, { delta: value }, { delta: { tool_calls: [value], content: value } }] },
        { candidates: [value, { content: { parts: [value] } }] },
        { type: 'content_block_delta', delta: value, content_block: value },
        { type: 'response.completed', response: value },
      ]
      read(shapes)
    }),
  )
})
