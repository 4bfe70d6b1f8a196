import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTelemetry } from '../index.ts'
import type { FinishedSpan } from './telemetry-span.ts'

const telemetry = createTelemetry({ serviceName: 'unit', backend: 'memory', env: {} })
after(() => telemetry.shutdown())

function get(name: string): FinishedSpan {
  return telemetry.finishedSpans().find((span) => span.name === name) ?? assert.fail(`no span ${name}`)
}

test('a span of an error that cannot be read is failed all the same', () => {
  const refuse = (): never => assert.fail('do not read')
  const hostile: unknown[] = [
    new Proxy(new Error('x'), { get: refuse, getPrototypeOf: refuse }),
    Object.defineProperty({}, 'message', { get: refuse }),
  ]
  for (const [index, error] of hostile.entries()) {
    let caught: unknown
    try {
      telemetry.span(`hostile ${index}`, () => {
        throw error
      })
    } catch (thrown) {
      caught = thrown
    }
    assert.equal(caught, error)
    telemetry.span(`told ${index}`, (span) => span.setOutputs({ error }))
    for (const name of [`hostile ${index}`, `told ${index}`]) {
      assert.deepEqual(get(name).status, { code: 'ERROR', message: undefined })
      assert.equal(get(name).attributes['error.type'], '_OTHER')
    }
  }
})
