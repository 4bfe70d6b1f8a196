import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { encodeSpans } from '../../otlp/test-payload.ts'
import type { Span } from '../../trace/span.ts'
import { makeSpan, newName, newTraceId, noon, resourceOf } from './example-spans.ts'
import { readAllSpans, today, writeSpans, type StoreHarness } from './harness.ts'
import { encodeRawSpans, rawSpansOf, readRawSpans } from './raw-spans.ts'

const greatest = 2n ** 63n - 1n

export function describeHostileInput(harness: () => StoreHarness): void {
  describe('what clients send by mistake or on purpose', () => {
    test('times of zero and beyond the year 2262 are kept, and clamped where they are compared', async () => {
      const { store } = harness()
      const service = newName('clamped')
      const resource = resourceOf(service)
      const far = makeSpan({ startUnixNano: 2n ** 63n, endUnixNano: 2n ** 64n - 1n, resource })
      const zero = makeSpan({ startUnixNano: 0n, endUnixNano: 0n, resource })
      const wide = makeSpan({ startUnixNano: 0n, endUnixNano: 2n ** 64n - 1n, resource })
      const spans = [far, zero, wide]
      await writeSpans(harness(), spans)
      for (const span of spans) assert.deepEqual(await readAllSpans(store, span.traceId), [span])
      const summary = await store.findTrace(wide.traceId)
      assert.deepEqual([summary?.startUnixNano, summary?.endUnixNano], [0n, greatest])
      const [row] = await store.listSpans(wide.traceId, { limit: 1 })
      assert.deepEqual([row?.startUnixNano, row?.durationNano], [0n, greatest])
      assert.equal((await store.findTraces({ service, limit: 9 }))[0]?.traceId, far.traceId)
      const long = await store.findTraces({ service, minDurationNano: 1n, limit: 9 })
      assert.deepEqual(
        long.map((trace) => trace.traceId),
        [wide.traceId],
      )
      const early = await store.findTraces({ service, toUnixNano: 1n, limit: 9 })
      assert.equal(early.length, 2)
    })

    test('a span that does not tell its start does not move its trace to 1970', async () => {
      const { store } = harness()
      const traceId = newTraceId()
      const timed = makeSpan({ traceId, startUnixNano: 5_000n, endUnixNano: 9_000n, name: 'timed' })
      const untimed = makeSpan({ traceId, startUnixNano: 0n, endUnixNano: 0n, name: 'untimed' })
      for (const span of [timed, untimed, untimed]) await writeSpans(harness(), [span])
      const summary = await store.findTrace(traceId)
      assert.deepEqual([summary?.startUnixNano, summary?.endUnixNano], [5_000n, 9_000n])
      assert.equal(summary?.root.name, 'timed')
    })

    test('pages of spans go on behind a clamped time', async () => {
      const { store } = harness()
      const traceId = newTraceId()
      const spans = [0, 1, 2, 3].map((i) =>
        makeSpan({ traceId, startUnixNano: 2n ** 63n + BigInt(i), spanId: `000000000000000${i + 1}` }),
      )
      await writeSpans(harness(), spans)
      const first = await store.listSpans(traceId, { limit: 2 })
      const second = await store.listSpans(traceId, { limit: 3, after: first[1]! })
      assert.deepEqual(
        [...first, ...second].map((row) => row.spanId),
        spans.map((span) => span.spanId),
      )
    })

    test('a span that ends before it starts keeps its times and makes no negative trace', async () => {
      const { store } = harness()
      const span = makeSpan({ endUnixNano: noon - 5n })
      await writeSpans(harness(), [span])
      assert.deepEqual(await readAllSpans(store, span.traceId), [span])
      const [row] = await store.listSpans(span.traceId, { limit: 1 })
      assert.equal(row?.durationNano, -5n)
      const summary = await store.findTrace(span.traceId)
      assert.equal(summary?.endUnixNano, summary?.startUnixNano)
    })

    test('NUL and bytes that are no UTF-8 are replaced in text and kept in the raw trace', async () => {
      const { store } = harness()
      const base = newName('odd')
      // The encoder writes UTF-8: four bytes of it are made invalid afterwards.
      const stand = '\u{10fffe}'
      const withText = (text: string): Span => ({
        ...span,
        name: text,
        traceState: text,
        status: { code: 2, message: text },
        attributes: [
          { key: text, value: text },
          { key: 'gen_ai.request.model', value: text },
          { key: 'user.id', value: text },
        ],
        resource: resourceOf(text),
      })
      const span = makeSpan()
      const bytes = replaceBytes(encodeSpans([withText(`\0${base}${stand}`)]), Buffer.from(stand), 0xff)
      await harness().write([{ payloads: [bytes], arrivalDay: today }])
      const good = `\ufffd${base}${'\ufffd'.repeat(4)}`
      assert.deepEqual(await readAllSpans(store, span.traceId), [withText(good)])
      assert.deepEqual(await readRawSpans(harness(), span.traceId), rawSpansOf(bytes))
      const [row] = await store.listSpans(span.traceId, { limit: 1 })
      assert.deepEqual([row?.name, row?.serviceName], [good, good])
      for (const text of [good, good.replace('\ufffd', '\0')]) {
        assert.equal((await store.findTraces({ service: text, name: text, limit: 2 })).length, 1)
      }
    })

    test('a span without a name and a resource without a service are found as empty names', async () => {
      const { store } = harness()
      const name = newName('nameless service')
      const bare = { attributes: [], droppedAttributesCount: 0, schemaUrl: '' }
      const service = newName('service')
      const spans = [
        makeSpan({ name, resource: bare }),
        makeSpan({ name: '', resource: resourceOf(service) }),
      ]
      await writeSpans(harness(), spans)
      assert.equal((await store.findTraces({ service: '', name, limit: 2 })).length, 1)
      assert.equal((await store.findTraces({ service, name: '', limit: 2 })).length, 1)
      const [row] = await store.listSpans(spans[1]!.traceId, { limit: 1 })
      assert.equal(row?.name, '')
    })

    test('__proto__ is a name like any other', async () => {
      const { store } = harness()
      const span = makeSpan({
        name: '__proto__',
        attributes: ['__proto__', 'constructor', 'hasOwnProperty'].map((key) => ({
          key,
          value: { entries: [{ key: '__proto__', value: 'x' }] },
        })),
        resource: resourceOf('__proto__'),
      })
      await writeSpans(harness(), [span])
      assert.deepEqual(await readAllSpans(store, span.traceId), [span])
      const found = await store.findTraces({ service: '__proto__', name: '__proto__', limit: 5 })
      assert.equal(found.length, 1)
    })

    test('a very long name is kept whole and found by itself', async () => {
      const { store } = harness()
      const service = newName('service')
      const names = ['x'.repeat(300), 'ü'.repeat(5000), `${'ü'.repeat(100_000)}!`]
      const spans = names.map((name) => makeSpan({ name, resource: resourceOf(service) }))
      await writeSpans(harness(), spans)
      for (const [index, span] of spans.entries()) {
        assert.deepEqual(await readAllSpans(store, span.traceId), [span])
        const found = await store.findTraces({ service, name: names[index]!, limit: 5 })
        assert.ok(found.some((trace) => trace.traceId === span.traceId))
      }
      assert.deepEqual(await store.findTraces({ service, name: '', limit: 5 }), [])
      assert.deepEqual(await store.findTraces({ service, name: 'x'.repeat(299), limit: 5 }), [])
    })

    test('a very long service name is kept whole and found by itself', async () => {
      const { store } = harness()
      const span = makeSpan({ resource: resourceOf(randomBytes(5000).toString('hex')) })
      await writeSpans(harness(), [span])
      assert.deepEqual(await readAllSpans(store, span.traceId), [span])
      const service = span.resource.attributes[0]!.value as string
      assert.equal((await store.findTraces({ service, limit: 5 })).length, 1)
    })

    test('a span with 10 000 events comes back with all of them', async () => {
      const events = Array.from({ length: 10_000 }, (_, i) => ({
        timeUnixNano: noon + BigInt(i),
        name: `event ${i}`,
        attributes: [{ key: 'i', value: BigInt(i) }],
        droppedAttributesCount: 0,
      }))
      const span = makeSpan({ events })
      await writeSpans(harness(), [span])
      assert.deepEqual(await readAllSpans(harness().store, span.traceId), [span])
    })

    test('a string of 10 MiB comes back whole', async () => {
      const span = makeSpan({ attributes: [{ key: 'prompt', value: 'lorem ipsum '.repeat(873_814) }] })
      await writeSpans(harness(), [span])
      assert.deepEqual(await readAllSpans(harness().store, span.traceId), [span])
      assert.deepEqual(await readRawSpans(harness(), span.traceId), encodeRawSpans([span]))
    })
  })
}

function replaceBytes(bytes: Uint8Array, wanted: Uint8Array, byte: number): Uint8Array {
  const replaced = Buffer.from(bytes)
  for (let at = replaced.indexOf(wanted); at >= 0; at = replaced.indexOf(wanted)) {
    replaced.fill(byte, at, at + wanted.byteLength)
  }
  return replaced
}
