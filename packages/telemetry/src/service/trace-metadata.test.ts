import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { trace } from '@opentelemetry/api'
import { createTelemetry } from '../index.ts'
import type { FinishedSpan } from './telemetry-span.ts'

const telemetry = createTelemetry({ serviceName: 'unit', backend: 'memory', env: {} })
after(() => telemetry.shutdown())

function get(name: string): FinishedSpan {
  return telemetry.finishedSpans().find((span) => span.name === name) ?? assert.fail(`no span ${name}`)
}

describe('metadata of the trace', () => {
  test('reaches the local root, also after child spans ended and from a captured context', async () => {
    await telemetry.agentRun({ name: 'traced' }, async () => {
      const captured = await telemetry.span('step', async () => telemetry.captureContext())
      assert.equal(telemetry.updateCurrentTrace({ conversationId: 'c', plan: 'gold', deep: { a: 1 } }), true)
      const lost = await new Promise<boolean>((done) => {
        telemetry.withContext({ otelContext: trace.deleteSpan(captured.otelContext) }, () =>
          done(telemetry.updateCurrentTrace({ userId: 'nobody' })),
        )
      })
      assert.equal(lost, false)
      assert.equal(telemetry.updateCurrentTrace({ userId: 'u' }, captured), true)
      // A context that went through text has only the trace id in common.
      const remote = telemetry.extractContext(telemetry.injectContext({}))
      assert.equal(telemetry.updateCurrentTrace({ sessionId: 's' }, remote), true)
    })
    const { attributes } = get('invoke_agent traced')
    assert.equal(attributes['gen_ai.conversation.id'], 'c')
    assert.equal(attributes['user.id'], 'u')
    assert.equal(attributes['session.id'], 's')
    assert.equal(attributes['holdfast.trace.tag.plan'], 'gold')
    assert.equal(attributes['holdfast.trace.tag.deep'], '{"a":1}')
  })

  test('is refused and counted when no root is open', () => {
    const before = telemetry.stats().missedTraceUpdates
    assert.equal(telemetry.updateCurrentTrace({ a: 1 }), false)
    const captured = telemetry.span('over', () => telemetry.captureContext())
    assert.equal(telemetry.updateCurrentTrace({ a: 1 }, captured), false)
    assert.equal(telemetry.stats().missedTraceUpdates, before + 2)
  })
})
