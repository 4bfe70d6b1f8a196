import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspectTraces } from '../../packages/server/src/otlp/inspect.ts'
import { SpanWalker } from '../../packages/server/src/otlp/span-walker.ts'
import { Acknowledgements } from '../measure/acknowledgements.ts'
import { describeWorkload } from './describe-workload.ts'
import { makePayloadPool } from './payload-pool.ts'
import { PayloadSource } from './payload-source.ts'

interface SentSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly startNs: bigint
  readonly endNs: bigint
  readonly attributeCount: number
}

const spanCount = 8192

function readSpans(body: Uint8Array): readonly SentSpan[] {
  const spans: SentSpan[] = []
  const walker = new SpanWalker()
  const hex = (at: number, length: number): string =>
    Buffer.from(body.subarray(at, at + length)).toString('hex')
  walker.reset(body)
  while (walker.next()) {
    spans.push({
      traceId: hex(walker.traceIdAt, 16),
      spanId: hex(walker.spanIdAt, 8),
      parentSpanId: walker.parentSpanIdAt < 0 ? '' : hex(walker.parentSpanIdAt, 8),
      startNs: (BigInt(walker.startHigh) << 32n) | BigInt(walker.startLow),
      endNs: (BigInt(walker.endHigh) << 32n) | BigInt(walker.endLow),
      attributeCount: walker.attributeCount,
    })
  }
  return spans
}

/** Sends `rounds` rounds of the pool. */
function sendRounds(source: PayloadSource, rounds: number): readonly (readonly SentSpan[])[] {
  return Array.from({ length: rounds * source.pool.templates.length }, () => {
    const payload = source.take()
    const spans = readSpans(payload.bytes.subarray(payload.bodyStart))
    source.release(payload)
    return spans
  })
}

for (const spansPerPayload of [512, 64, 8]) {
  describe(`payloads of ${spansPerPayload} spans`, () => {
    const pool = makePayloadPool(spansPerPayload, () => Buffer.from('a request head'), spanCount)

    test('every payload passes the inspection of the door without a rejected span', () => {
      const source = new PayloadSource(pool)
      for (let sent = 0; sent < pool.templates.length; sent++) {
        const { bytes, bodyStart } = source.take()
        const inspection = inspectTraces(bytes.subarray(bodyStart))
        assert.ok(inspection.ok, 'malformed')
        assert.deepEqual([inspection.spanCount, inspection.rejectedSpans], [spansPerPayload, 0])
      }
    })

    test('span ids are unique and parents are spans of the same trace, across payloads and rounds', () => {
      const spans = sendRounds(new PayloadSource(pool), 3).flat()
      const known = new Map(spans.map((span) => [span.spanId, span]))
      assert.equal(known.size, 3 * spanCount)
      assert.equal(new Set(spans.map((span) => span.traceId)).size, 3 * pool.traceCount)
      for (const { parentSpanId, traceId, startNs, endNs } of spans) {
        assert.ok(startNs <= endNs)
        if (parentSpanId === '') continue
        const parent = known.get(parentSpanId)
        assert.equal(parent?.traceId, traceId)
        assert.ok(parent !== undefined && parent.startNs <= startNs && endNs <= parent.endNs)
      }
      assert.equal(spans.filter(({ parentSpanId }) => parentSpanId === '').length, 3 * pool.traceCount)
    })

    test('spans ended shortly before they are sent', () => {
      const spans = sendRounds(new PayloadSource(pool), 1).flat()
      const nowNs = BigInt(Date.now()) * 1_000_000n
      const tooOldNs = nowNs - 60_000_000_000n
      assert.ok(spans.every(({ startNs, endNs }) => startNs > tooOldNs && endNs <= nowNs))
    })

    test('a payload still under way is left alone when its template comes round again', () => {
      const source = new PayloadSource(pool)
      const held = source.take()
      const before = Buffer.from(held.bytes)
      while (source.taken <= pool.templates.length) source.release(source.take())
      assert.deepEqual(held.bytes, before)
    })

    test('acknowledged traces are known again by id and number of spans', () => {
      const source = new PayloadSource(pool)
      const acknowledgements = new Acknowledgements(source)
      const counts = new Map<string, number>()
      const payloads = sendRounds(source, 2)
      payloads.forEach((spans, sequence) => {
        acknowledgements.add(sequence)
        for (const { traceId } of spans) counts.set(traceId, (counts.get(traceId) ?? 0) + 1)
      })
      const sampled = acknowledgements.sample(50)
      assert.equal(sampled.length, 50)
      for (const { traceId, spanCount: expected } of sampled) assert.equal(counts.get(traceId), expected)
      const ending = payloads.map((_, sequence) => acknowledgements.findTraceEndingIn(sequence))
      assert.ok(ending.some((trace) => trace !== undefined))
      for (const trace of ending)
        if (trace !== undefined) assert.equal(counts.get(trace.traceId), trace.spanCount)
    })

    test('a trace with an unacknowledged payload is not sampled', () => {
      const source = new PayloadSource(pool)
      const acknowledgements = new Acknowledgements(source)
      const payloads = sendRounds(source, 1)
      const unknown = new Set(
        payloads
          .filter((_, sequence) => sequence % 2 === 1)
          .flatMap((spans) => spans.map((span) => span.traceId)),
      )
      for (let sequence = 0; sequence < payloads.length; sequence += 2) acknowledgements.add(sequence)
      for (const { traceId } of acknowledgements.sample(100)) assert.ok(!unknown.has(traceId))
    })

    test('the workload is as the README says', () => {
      const workload = describeWorkload(pool)
      const attributes = sendRounds(new PayloadSource(pool), 1).flat()
      const mean = attributes.reduce((sum, span) => sum + span.attributeCount, 0) / attributes.length
      assert.ok(Math.abs(mean - workload.attributesPerSpan) < 0.01, `${mean} attributes`)
      assert.ok(mean > 13.5 && mean < 16)
      assert.ok(workload.bytesPerSpan > 750 && workload.bytesPerSpan < 1150, `${workload.bytesPerSpan} bytes`)
      assert.ok(workload.modelCallShare > 0.1 && workload.modelCallShare < 0.15)
      assert.ok(workload.spansPerTrace > 10 && workload.spansPerTrace < 13)
      assert.ok(workload.zstd1Ratio > 4 && workload.zstd1Ratio < 6.5, `${workload.zstd1Ratio} to 1`)
    })
  })
}
