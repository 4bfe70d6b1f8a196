import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toMlflowAttributes } from './mlflow-attributes.ts'

test('JSON inputs and outputs move to the names that MLflow reads', () => {
  const attributes = {
    'input.value': '{"question":"how many"}',
    'input.mime_type': 'application/json',
    'output.value': '[1,2]',
    'output.mime_type': 'application/json',
    other: 7,
  }
  assert.deepEqual(toMlflowAttributes(attributes, undefined), {
    'mlflow.spanInputs': '{"question":"how many"}',
    'mlflow.spanOutputs': '[1,2]',
    other: 7,
  })
})

test('a text that looks like JSON stays a text', () => {
  const attributes = { 'input.value': '{"a":1}', 'input.mime_type': 'text/plain' }
  assert.deepEqual(toMlflowAttributes(attributes, undefined), { 'mlflow.spanInputs': '"{\\"a\\":1}"' })
})

test('JSON numbers and booleans become values, numbers too long for a double stay digits', () => {
  const inputOf = (text: string): unknown =>
    toMlflowAttributes({ 'input.value': text, 'input.mime_type': 'application/json' }, undefined)[
      'mlflow.spanInputs'
    ]
  assert.deepEqual(['5', '-0.25', 'true', 'false'].map(inputOf), [5, -0.25, true, false])
  assert.deepEqual(['12345678901234567890', '1.10'].map(inputOf), ['12345678901234567890', '1.10'])
})

test("what the author wrote in MLflow's own names stays", () => {
  const attributes = {
    'mlflow.spanInputs': 'mine',
    'mlflow.spanType': 'MEMORY',
    'input.value': 'other',
    'gen_ai.operation.name': 'chat',
  }
  assert.deepEqual(toMlflowAttributes(attributes, undefined), {
    'mlflow.spanInputs': 'mine',
    'mlflow.spanType': 'MEMORY',
    'gen_ai.operation.name': 'chat',
  })
})

test('the span type comes from the words of each dialect, the most exact one first', () => {
  const typeOf = (attributes: Record<string, unknown>): unknown =>
    toMlflowAttributes(attributes, undefined)['mlflow.spanType']
  assert.equal(typeOf({ 'holdfast.span.type': 'PARSER', 'gen_ai.operation.name': 'chat' }), 'PARSER')
  assert.equal(typeOf({ 'gen_ai.operation.name': 'retrieval' }), 'RETRIEVER')
  assert.equal(typeOf({ 'openinference.span.kind': 'RERANKER' }), 'RERANKER')
  assert.equal(typeOf({ 'mcp.method.name': 'tools/call' }), 'TOOL')
  assert.equal(typeOf({ 'traceloop.span.kind': 'workflow' }), 'WORKFLOW')
  assert.equal(typeOf({ 'mcp.method.name': 'tools/list', 'gen_ai.operation.name': 'constructor' }), undefined)
})

test('GenAI messages become a conversation that MLflow draws and previews', () => {
  const attributes = {
    'gen_ai.system_instructions': '[{"type":"text","content":"Be brief."}]',
    'gen_ai.input.messages': JSON.stringify([
      { role: 'user', parts: [{ type: 'text', content: 'Weather?' }] },
      {
        role: 'assistant',
        parts: [{ type: 'tool_call', id: 'c1', name: 'weather', arguments: { city: 'Bern' } }],
      },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'rain' }] },
    ]),
    'gen_ai.output.messages': JSON.stringify([
      { role: 'assistant', parts: [{ type: 'text', content: 'Rain.' }], finish_reason: 'stop' },
    ]),
  }
  const translated = toMlflowAttributes(attributes, undefined)
  assert.deepEqual(JSON.parse(String(translated['mlflow.spanInputs'])), {
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'rain' },
    ],
  })
  assert.deepEqual(JSON.parse(String(translated['mlflow.spanOutputs'])), {
    messages: [{ role: 'assistant', content: 'Rain.' }],
  })
})

test('messages of another shape are left for MLflow to show as they are', () => {
  const attributes = {
    'gen_ai.input.messages': 'not JSON',
    'gen_ai.output.messages': '[{"role":"assistant"}]',
  }
  assert.deepEqual(toMlflowAttributes(attributes, undefined), attributes)
})

test('tags and the name of the trace travel on the root span, under keys that MLflow takes', () => {
  const attributes = { 'holdfast.trace.tag.team': 'blue', 'holdfast.trace.tag.a//b$': true }
  assert.deepEqual(toMlflowAttributes(attributes, 'answer'), {
    'mlflow.traceTag.team': 'blue',
    'mlflow.traceTag.a__b_': 'true',
    'mlflow.traceTag.mlflow.traceName': 'answer',
  })
  assert.deepEqual(toMlflowAttributes(attributes, undefined), attributes)
})

test('attributes for which MLflow refuses a whole request are cut or left out', () => {
  const translated = toMlflowAttributes(
    {
      'session.id': 's'.repeat(300),
      'user.id': { name: 'x' },
      'openinference.span.kind': ['LLM'],
      'gen_ai.operation.name': '{"chat":1}',
      'mlflow.chat.tokenUsage': '{"input_tokens":"many"}',
      'mlflow.llm.cost': 'cheap',
      kept: [1, 2],
    },
    'r'.repeat(9000),
  )
  assert.deepEqual(Object.keys(translated), ['session.id', 'kept', 'mlflow.traceTag.mlflow.traceName'])
  assert.equal([...String(translated['session.id'])].length, 250)
  assert.equal([...String(translated['mlflow.traceTag.mlflow.traceName'])].length, 250)
})

test('nothing that a span can carry makes the translation fail, and the span is not touched', () => {
  const known = [
    ...['input.value', 'input.mime_type', 'output.value', 'gen_ai.input.messages', 'gen_ai.output.messages'],
    ...[
      'gen_ai.system_instructions',
      'mlflow.spanType',
      'session.id',
      'holdfast.trace.tag.x',
      'ai.prompt.tools',
    ],
    ...[
      'gen_ai.operation.name',
      'mlflow.chat.tokenUsage',
      'gen_ai.retrieval.documents',
      '__proto__',
      'constructor',
    ],
  ]
  const value = fc.oneof(fc.string(), fc.json(), fc.jsonValue(), fc.double(), fc.constant(undefined))
  const attributes = fc.dictionary(fc.oneof(fc.constantFrom(...known), fc.string()), value, {
    noNullPrototype: true,
  })
  fc.assert(
    fc.property(attributes, fc.option(fc.string(), { nil: undefined }), (given, root) => {
      const before = structuredClone(given)
      toMlflowAttributes(given, root)
      assert.deepEqual(given, before)
    }),
  )
})
