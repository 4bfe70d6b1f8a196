import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createTelemetry } from '../index.ts'

const telemetry = createTelemetry({ serviceName: 'unit', backend: 'memory', env: {} })
after(() => telemetry.shutdown())

describe('containment', () => {
  test('hostile inputs, outputs, attributes and metadata never reach the agent', () => {
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('trap')
        },
        get: () => {
          throw new Error('trap')
        },
      },
    )
    const before = telemetry.stats().containedFailures
    const result = telemetry.span('hostile', { inputs: hostile, attributes: hostile }, (span) => {
      span.setOutputs(hostile).setAttributes(hostile).addEvent('e', hostile).recordError(hostile)
      telemetry.updateCurrentTrace(hostile)
      telemetry.injectContext(hostile)
      telemetry.extractContext(hostile)
      return 'fine'
    })
    assert.equal(result, 'fine')
    assert.ok(telemetry.stats().containedFailures > before)
    assert.ok(!telemetry.stats().lastFailure?.includes('trap'))
  })

  test('hostile results pass through untouched', async () => {
    const hostile: object = new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap')
        },
      },
    )
    assert.equal(
      telemetry.span('hostile result', () => hostile),
      hostile,
    )
    assert.equal(
      telemetry.modelCall({ provider: 'p', model: 'hostile' }, () => hostile),
      hostile,
    )
    const nul = Object.create(null) as object
    assert.equal(await telemetry.span('null prototype', async () => nul), nul)
  })

  test('a hostile options object costs its span, not the work', () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap')
        },
        ownKeys: () => {
          throw new Error('trap')
        },
      },
    )
    let runs = 0
    assert.equal(
      telemetry.span('x', hostile, () => (runs += 1)),
      1,
    )
    assert.equal(
      telemetry.modelCall(hostile as never, () => (runs += 1)),
      2,
    )
  })
})
