// With content capture `all` the answer of a stream is recorded, also of one that was not read to its end.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTelemetry } from '../index.ts'

const telemetry = createTelemetry({ backend: 'memory', captureContent: 'all', env: {} })
after(() => telemetry.shutdown())

async function* answer(): AsyncGenerator<object> {
  yield { id: 'c', choices: [{ index: 0, delta: { content: 'hi' } }] }
  yield { id: 'c', choices: [{ index: 0, delta: { content: ' there' } }] }
  yield { id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }
}

function messagesOf(model: string): unknown {
  const span = telemetry.finishedSpans().find(({ name }) => name === `chat ${model}`)
  return JSON.parse(String(span?.attributes['gen_ai.output.messages']))
}

test('the answer of a stream is recorded as that of a call is', async () => {
  for await (const item of telemetry.modelCall({ provider: 'openai', model: 'whole' }, answer)) void item
  const parts = [{ type: 'text', content: 'hi there' }]
  assert.deepEqual(messagesOf('whole'), [{ role: 'assistant', parts, finish_reason: 'stop' }])
})

test('of a stream that was left, what came is recorded', async () => {
  for await (const item of telemetry.modelCall({ provider: 'openai', model: 'left' }, answer)) {
    void item
    break
  }
  assert.deepEqual(messagesOf('left'), [{ role: 'assistant', parts: [{ type: 'text', content: 'hi' }] }])
})
