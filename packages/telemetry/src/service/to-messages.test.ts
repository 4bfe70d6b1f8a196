import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { serialiseValue } from './serialise-value.ts'
import { toMessages, toParts } from './to-messages.ts'

const written = (messages: unknown): unknown => JSON.parse(JSON.stringify(messages))

test('OpenAI’s messages come out in the conventions’ schema', () => {
  assert.deepEqual(
    written(
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
    ),
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
    written(
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
    ),
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

test('Gemini’s contents and the AI SDK’s parts come out in the conventions’ schema', () => {
  assert.deepEqual(
    written(
      toMessages([
        { role: 'user', parts: [{ text: 'hi' }] },
        {
          role: 'model',
          parts: [{ text: 'hm', thought: true }, { functionCall: { name: 'f', args: { a: 1 } } }],
        },
        { role: 'user', parts: [{ functionResponse: { name: 'f', response: { r: 1 } } }] },
        {
          role: 'assistant',
          content: [{ type: 'tool-call', toolCallId: 'c', toolName: 'f', input: { a: 1 } }],
        },
        { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'c', output: 'ok' }] },
      ]),
    ),
    [
      { role: 'user', parts: [{ type: 'text', content: 'hi' }] },
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: 'hm' },
          { type: 'tool_call', name: 'f', arguments: { a: 1 } },
        ],
      },
      { role: 'user', parts: [{ type: 'tool_call_response', id: 'f', response: { r: 1 } }] },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'f', arguments: { a: 1 } }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c', response: 'ok' }] },
    ],
  )
})

test('of binary content, of whatever kind, only that it was there is passed on', () => {
  const bytes = Buffer.from('\u0000'.repeat(3000) + 'photo').toString('base64')
  const parts = toParts([
    { type: 'video', video: bytes },
    { type: 'file', file: { file_data: `data:application/pdf;base64,${bytes}`, filename: 'a.pdf' } },
    { inlineData: { mimeType: 'image/png', data: bytes } },
    { type: 'image_new', data: new Uint8Array(5) },
    { type: 'tool_result', content: [{ type: 'image', source: { type: 'base64', data: bytes } }] },
    { type: 'blob', content: bytes },
  ])
  const text = JSON.stringify([parts, toMessages([{ role: 'tool', tool_call_id: 'c', content: bytes }])])
  assert.equal(text.match(/binary content left out/g)?.length, 7)
  assert.ok(text.length < 1000)
  assert.match(text, /a\.pdf/)
  const prose = 'It was a dark and stormy night. '.repeat(100)
  assert.deepEqual(toParts([{ type: 'new', text: prose }]), [{ type: 'new', text: prose }])
})

test('arguments are parsed only as far as they are written', (context) => {
  const parse = context.mock.method(JSON, 'parse')
  const tool_calls = [
    { id: 'c', function: { name: 'f', arguments: JSON.stringify({ a: 'x'.repeat(5000) }) } },
  ]
  const history = Array.from({ length: 100 }, () => ({ role: 'assistant', tool_calls }))
  const { text } = serialiseValue(toMessages(history), 1000)
  assert.ok(text.length < 5000)
  assert.ok(parse.mock.callCount() <= 2, `${parse.mock.callCount()} calls`)
})

test('no value makes it throw', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      toMessages(value)
      toMessages([{ role: 'user', content: value, tool_calls: [value] }])
      toParts([value])
    }),
  )
})
