import assert from 'node:assert/strict'
import { test } from 'node:test'
import { context, trace } from '@opentelemetry/api'
import {
  AlwaysOffSampler,
  TracerProvider,
  type ReadableSpan,
  type TracerProviderOptions,
} from '@opentelemetry/sdk-trace'
import { PendingSpans, type PendingSpansOptions } from './pending-spans.ts'

function watch(options: Partial<PendingSpansOptions>, provider: TracerProviderOptions = {}) {
  const sent: ReadableSpan[][] = []
  let wake: () => void = () => {}
  const pending = new PendingSpans({
    send(spans) {
      sent.push([...spans])
      wake()
    },
    firstAfterMs: 1,
    heartbeatMs: 1,
    sweepMs: 1,
    ...options,
  })
  // The processor's own timer does not keep the process alive; somebody has to.
  const alive = setInterval(() => {}, 1000)
  return {
    sent,
    tracer: new TracerProvider({ ...provider, spanProcessors: [pending] }).getTracer('t'),
    async nextSending(): Promise<ReadableSpan[]> {
      const count = sent.length
      while (sent.length === count) await new Promise<void>((done) => (wake = done))
      return sent.at(-1) ?? []
    },
    async end(): Promise<void> {
      clearInterval(alive)
      await pending.shutdown()
    },
  }
}

test('a span that stays open is shown, marked and without an end, again and again, until it ends', async () => {
  const { tracer, nextSending, end, sent } = watch({})
  const span = tracer.startSpan('long', { attributes: { a: 1 } })
  const [first] = await nextSending()
  assert.deepEqual(first?.attributes, { a: 1, 'holdfast.span.running': true })
  assert.deepEqual(first?.endTime, [0, 0])
  assert.equal(first?.ended, false)
  span.setAttribute('a', 2).addEvent('e').setStatus({ code: 2 })
  const [second] = await nextSending()
  assert.equal(second?.attributes['a'], 2)
  assert.equal(second?.events.length, 1)
  assert.equal(second?.spanContext().spanId, span.spanContext().spanId)
  // The copy shares nothing with the span.
  assert.equal(first?.attributes['a'], 1)
  assert.equal(first?.events.length, 0)
  assert.equal(first?.status.code, 0)
  assert.equal((span as unknown as ReadableSpan).attributes['holdfast.span.running'], undefined)
  span.end()
  const count = sent.length
  const other = tracer.startSpan('other')
  const [third] = await nextSending()
  assert.equal(third?.name, 'other')
  assert.ok(sent.slice(count).every((batch) => batch.every(({ name }) => name === 'other')))
  other.end()
  await end()
})

test('while there is nobody to show it to nothing is sent, and then at once', async () => {
  let asked = 0
  const isWanted = (): boolean => ++asked > 3
  const { tracer, nextSending, end, sent } = watch({ isWanted, heartbeatMs: 60_000 })
  tracer.startSpan('open')
  const [first] = await nextSending()
  assert.deepEqual([first?.name, asked, sent.length], ['open', 4, 1])
  await end()
})

test('what was not open for long enough is not shown', async () => {
  const { tracer, nextSending, end, sent } = watch({ firstAfterMs: 20 })
  for (let number = 0; number < 100; number += 1) tracer.startSpan('short').end()
  const long = tracer.startSpan('long')
  await nextSending()
  assert.deepEqual(
    sent.flat().map(({ name }) => name),
    ['long'],
  )
  long.end()
  await end()
})

test('of many, local roots go first, then the longest open; and not more than the bound', async () => {
  const { tracer, nextSending, end } = watch({ maxCopies: 3, heartbeatMs: 60_000 })
  const first = tracer.startSpan('root 1')
  const inFirst = trace.setSpan(context.active(), first)
  const children = [1, 2, 3].map((number) => tracer.startSpan(`child ${number}`, {}, inFirst))
  const second = tracer.startSpan('root 2')
  const names = (await nextSending()).map(({ name }) => name)
  assert.deepEqual(names, ['root 1', 'root 2', 'child 1'])
  assert.deepEqual(
    (await nextSending()).map(({ name }) => name),
    ['child 2', 'child 3'],
  )
  for (const span of [first, second, ...children]) span.end()
  await end()
})

test('a span that is not sampled is never shown, nor one beyond the bound of those watched', async () => {
  const off = watch({}, { sampler: new AlwaysOffSampler() })
  off.tracer.startSpan('unsampled')
  const bounded = watch({ maxWatched: 1 })
  bounded.tracer.startSpan('watched')
  bounded.tracer.startSpan('beyond')
  const names = (await bounded.nextSending()).map(({ name }) => name)
  assert.deepEqual(names, ['watched'])
  assert.deepEqual(off.sent, [])
  await bounded.end()
  await off.end()
})
