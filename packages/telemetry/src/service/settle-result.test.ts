import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTelemetry } from '../index.ts'
import type { FinishedSpan } from './telemetry-span.ts'

const telemetry = createTelemetry({ serviceName: 'unit', backend: 'memory', env: {} })
after(() => telemetry.shutdown())

function get(name: string): FinishedSpan {
  return telemetry.finishedSpans().find((span) => span.name === name) ?? assert.fail(`no span ${name}`)
}

test('a promise keeps what a library has put on it: the process of an exec, the methods of a client', async () => {
  const kill = (): string => 'killed'
  const hidden = Symbol('hidden')
  const own = { kill, [Symbol.iterator]: kill, [hidden]: 1 }
  const traced = telemetry.span('exec', () => Object.assign(Promise.resolve('done'), own))
  assert.equal(traced.kill(), 'killed')
  assert.equal(Reflect.get(traced, Symbol.iterator), kill)
  // A symbol that is not the language's can be the runtime's, which keeps the asynchronous context there.
  assert.equal(Reflect.get(traced, hidden), undefined)
  assert.equal(await traced, 'done')
  assert.ok(get('exec'))
})

test('the span of a promise that cannot be watched ends at once, and the promise settles as it would', async () => {
  class Sealed extends Promise<number> {}
  const frozen = Object.freeze(Sealed.resolve(1))
  assert.equal(
    telemetry.span('frozen', () => frozen),
    frozen,
  )
  assert.ok(get('frozen'))
  assert.equal(await frozen, 1)
})
