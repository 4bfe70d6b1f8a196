// What is recorded of content, by TELEMETRY_CAPTURE_CONTENT.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTelemetry } from '../index.ts'
import type { ContentCapture } from '../settings/settings.ts'
import type { FinishedSpan } from './telemetry-span.ts'

async function record(captureContent: ContentCapture): Promise<readonly FinishedSpan[]> {
  const telemetry = createTelemetry({ serviceName: 'capture', backend: 'memory', captureContent, env: {} })
  telemetry.span('own', { inputs: 'told-input' }, (span) => span.setOutputs({ error: 'told-output' }))
  telemetry.modelCall(
    {
      provider: 'openai',
      model: 'm',
      inputs: 'told-input',
      messages: 'seen-message',
      system: 'seen-system',
      tools: [{ name: 'seen-tool' }],
    },
    () => ({ choices: [{ finish_reason: 'stop', message: { role: 'assistant', content: 'seen-answer' } }] }),
  )
  telemetry.toolCall({ name: 't', arguments: { q: 'seen-argument' } }, () => ({ r: 'seen-result' }))
  telemetry.retrieval({ dataSource: 'd', query: 'seen-query' }, (span) =>
    span.setDocuments(['seen-document']),
  )
  telemetry.agentRun({ name: 'a', messages: 'seen-message' }, () => 0)
  const fail = (): void => {
    throw new RangeError('told-mistake')
  }
  assert.throws(() => telemetry.span('failing', fail), /told-mistake/)
  await telemetry.shutdown()
  return telemetry.finishedSpans()
}

test('explicit: what was told is recorded, what was seen is not', async () => {
  const text = JSON.stringify(await record('explicit'))
  assert.match(text, /told-input/)
  assert.match(text, /told-output/)
  assert.match(text, /told-mistake/)
  assert.doesNotMatch(text, /seen-/)
})

test('none: neither, and what failed is still failed, with the type of its error and nothing else', async () => {
  const spans = await record('none')
  assert.doesNotMatch(JSON.stringify(spans), /told-|seen-/)
  assert.equal(spans.find(({ name }) => name === 'own')?.status.code, 'ERROR')
  const failing = spans.find(({ name }) => name === 'failing')
  assert.deepEqual(failing?.status, { code: 'ERROR', message: undefined })
  assert.deepEqual(failing?.attributes, { 'error.type': 'RangeError' })
  assert.deepEqual(failing?.events, [{ name: 'exception', attributes: { 'exception.type': 'RangeError' } }])
})

test('all: both, in the attributes and the schema of the conventions', async () => {
  const spans = await record('all')
  const attributesOf = (name: string) => spans.find((span) => span.name === name)?.attributes ?? {}
  const model = attributesOf('chat m')
  assert.equal(model['input.value'], 'told-input')
  assert.deepEqual(JSON.parse(String(model['gen_ai.input.messages'])), [
    { role: 'user', parts: [{ type: 'text', content: 'seen-message' }] },
  ])
  assert.deepEqual(JSON.parse(String(model['gen_ai.output.messages'])), [
    { role: 'assistant', parts: [{ type: 'text', content: 'seen-answer' }], finish_reason: 'stop' },
  ])
  assert.equal(model['gen_ai.system_instructions'], '[{"type":"text","content":"seen-system"}]')
  assert.equal(model['gen_ai.tool.definitions'], '[{"name":"seen-tool"}]')
  assert.equal(attributesOf('execute_tool t')['gen_ai.tool.call.arguments'], '{"q":"seen-argument"}')
  assert.equal(attributesOf('execute_tool t')['gen_ai.tool.call.result'], '{"r":"seen-result"}')
  assert.equal(attributesOf('retrieval d')['gen_ai.retrieval.query.text'], 'seen-query')
  assert.equal(attributesOf('retrieval d')['gen_ai.retrieval.documents'], '["seen-document"]')
  assert.match(String(attributesOf('invoke_agent a')['gen_ai.input.messages']), /seen-message/)
})
