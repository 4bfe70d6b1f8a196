import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AlwaysOffSampler, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace'
import { openBatchProcessor } from './batch-processor.ts'

const settings = {
  maxQueueSize: 2048,
  maxExportBatchSize: 512,
  scheduledDelayMs: 60_000,
  exportTimeoutMs: 30_000,
}

function collect(slow = false) {
  const batches: (readonly ReadableSpan[])[] = []
  const flushes: number[] = []
  const processor = openBatchProcessor(
    {
      export(spans, done) {
        batches.push(spans)
        if (!slow) done({ code: 0 })
      },
      forceFlush: async () => void flushes.push(batches.flat().length),
      shutdown: async () => {},
    },
    settings,
  )
  return { batches, flushes, processor, names: () => batches.flat().map((span) => span.name) }
}

test('spans that end in one go, far beyond the queue, are all handed on, each once', () => {
  const { processor, names } = collect()
  const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer('t')
  for (let number = 0; number < 10_000; number += 1) tracer.startSpan(String(number)).end()
  processor.drainNow()
  assert.equal(names().length, 10_000)
  assert.equal(new Set(names()).size, 10_000)
  assert.equal(processor.droppedCount, 0)
})

test('drainNow hands on before it returns, and a second time nothing', () => {
  const { processor, names } = collect()
  const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer('t')
  tracer.startSpan('one').end()
  assert.deepEqual(names(), [])
  processor.drainNow()
  assert.deepEqual(names(), ['one'])
  processor.drainNow()
  assert.deepEqual(names(), ['one'])
})

test('a resource that is still being detected does not hold back the last spans, nor send them twice', async () => {
  const { processor, names } = collect()
  let settle: (id: string) => void = () => {}
  const resource = resourceFromAttributes({ 'host.id': new Promise<string>((done) => (settle = done)) })
  const tracer = new TracerProvider({ resource, spanProcessors: [processor] }).getTracer('t')
  tracer.startSpan('one').end()
  processor.drainNow()
  assert.deepEqual(names(), ['one'])
  settle('id')
  await processor.forceFlush()
  assert.deepEqual(names(), ['one'])
})

test('a flush reaches the delivery’s own flush, with all that ended', async () => {
  const { processor, flushes } = collect()
  const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer('t')
  tracer.startSpan('one').end()
  await processor.forceFlush()
  assert.equal(flushes.at(-1), 1)
})

test('spans that are not sampled are not handed on, and none after shutdown', async () => {
  const { processor, names } = collect()
  const off = new TracerProvider({ sampler: new AlwaysOffSampler(), spanProcessors: [processor] })
  off.getTracer('t').startSpan('unsampled').end()
  const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer('t')
  tracer.startSpan('before').end()
  await processor.shutdown()
  tracer.startSpan('after').end()
  processor.drainNow()
  assert.deepEqual(names(), ['before'])
})
