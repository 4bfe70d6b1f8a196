// What a peer can send that no SDK would.
import assert from 'node:assert/strict'
import { after, afterEach, describe, test } from 'node:test'
import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import fc from 'fast-check'
import { traceMcpClient, traceMcpServer } from './index.ts'
import { registerTestSpans, remoteParent } from './test-spans.ts'

const spans = registerTestSpans()
after(spans.unregister)
afterEach(spans.clear)

const { traceId, spanId, traceparent } = remoteParent

interface Handled {
  readonly message: unknown
  readonly traceId: string | undefined
  readonly parentId: string | undefined
  readonly baggage: string[]
}

/** Hands `message` to a traced server's transport as if it had come in; tells what its handler saw. */
function receive(message: unknown, extra?: unknown): Handled {
  const [transport] = InMemoryTransport.createLinkedPair()
  traceMcpServer(transport)
  let handled: Handled | undefined
  transport.onmessage = (seen) => {
    const active = trace.getActiveSpan() as { parentSpanContext?: { spanId: string } } | undefined
    handled = {
      message: seen,
      traceId: trace.getActiveSpan()?.spanContext().traceId,
      parentId: active?.parentSpanContext?.spanId,
      baggage:
        propagation
          .getActiveBaggage()
          ?.getAllEntries()
          .map(([key]) => key) ?? [],
    }
  }
  transport.onmessage(message as never, extra as never)
  transport.onclose?.()
  assert.ok(handled, 'the handler was called')
  return handled
}

const callWith = (meta: unknown): object => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'look', _meta: meta },
})

describe('context from a peer', () => {
  const bad: Readonly<Record<string, unknown>> = {
    'is no object': 'text',
    'is an array': [traceparent],
    'is null': null,
    'has a traceparent that is no string': { traceparent: { toString: () => traceparent } },
    'has an array for a traceparent that holds none': { traceparent: [1, {}, null] },
    'has ids of zeros': { traceparent: `00-${'0'.repeat(32)}-${spanId}-01` },
    'has version ff': { traceparent: `ff-${traceId}-${spanId}-01` },
    'has capital letters': { traceparent: traceparent.toUpperCase() },
    'is far too long': { traceparent: `${traceparent}${'-'.repeat(1_000_000)}` },
    'has it on the prototype': Object.create({ traceparent }),
  }
  for (const [what, meta] of Object.entries(bad)) {
    test(`a _meta that ${what} carries nothing, and the header counts`, () => {
      const message = callWith(meta)
      assert.equal(receive(message).parentId, undefined)
      const handled = receive(message, { requestInfo: { headers: { traceparent } } })
      assert.equal(handled.message, message)
      assert.equal(handled.parentId, spanId)
      assert.equal(
        spans.named('tools/call look').at(-1)?.attributes['holdfast.context.carrier'],
        'http.header',
      )
    })
  }

  test('a good one is the parent, and what the sampler of the caller decided is kept', () => {
    assert.equal(receive(callWith({ traceparent })).parentId, spanId)
    spans.clear()
    const unsampled = receive(callWith({ traceparent: `00-${traceId}-${spanId}-00` }))
    assert.equal(unsampled.traceId, traceId)
    assert.equal(spans.all().length, 0)
  })

  test('_meta goes before the header, whose span is linked when it is active', () => {
    const other = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1, isRemote: true }
    context.with(trace.setSpanContext(context.active(), other), () => {
      const headers = { traceparent: `00-${other.traceId}-${other.spanId}-01` }
      assert.equal(receive(callWith({ traceparent }), { requestInfo: { headers } }).parentId, spanId)
    })
    assert.deepEqual(
      spans.one('tools/call look').links.map((link) => link.context.spanId),
      [other.spanId],
    )
  })

  test('several headers: of an array, of a joined text, the first that is valid', () => {
    const second = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`
    for (const value of [
      [traceparent, second],
      `${traceparent}, ${second}`,
      ['nonsense', `x,${traceparent}`],
    ]) {
      const handled = receive(callWith(undefined), { requestInfo: { headers: { traceparent: value } } })
      assert.equal(handled.parentId, spanId)
    }
  })

  test('baggage is carried, and left out when it is huge', () => {
    assert.deepEqual(receive(callWith({ traceparent, baggage: 'tenant=acme,tier=1' })).baggage, [
      'tenant',
      'tier',
    ])
    const huge = Array.from({ length: 2000 }, (_, at) => `key${at}=value`).join(',')
    const handled = receive(callWith({ traceparent, baggage: huge }))
    assert.equal(handled.parentId, spanId)
    assert.deepEqual(handled.baggage, [])
  })

  test('anything at all is handed on as it is, and throws nothing', () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            jsonrpc: fc.anything(),
            id: fc.anything(),
            method: fc.oneof(fc.string(), fc.anything()),
            params: fc.anything(),
          },
          { requiredKeys: [] },
        ),
        fc.anything(),
        (message, extra) => {
          assert.equal(receive(message, extra).message, message)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('the URI of a resource is told without its password and its query', () => {
    const uris: Readonly<Record<string, string>> = {
      'file:///a@b.txt': 'file:///a@b.txt',
      'postgres://user:secret@db:5432/table?token=secret#secret': 'postgres://db:5432/table',
      'search://find?q=secret': 'search://find',
      'no uri at all': 'no uri at all',
    }
    for (const [uri, told] of Object.entries(uris)) {
      receive({ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri } })
      assert.equal(spans.one('resources/read').attributes['mcp.resource.uri'], told)
      spans.clear()
    }
  })

  test('names and ids of any length are cut on the span', () => {
    const long = 'x'.repeat(100_000)
    receive({ jsonrpc: long, id: long, method: 'tools/call', params: { name: long } })
    receive({ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: long } })
    for (const span of spans.all()) {
      assert.ok(span.name.length < 300)
      for (const value of Object.values(span.attributes)) assert.ok(String(value).length <= 1024)
    }
  })
})

describe('what goes out', () => {
  async function send(
    message: unknown,
    inject?: ('mcp.meta' | 'http.header')[],
  ): Promise<Record<string, unknown>> {
    const [transport, peer] = InMemoryTransport.createLinkedPair()
    traceMcpClient(transport, inject === undefined ? {} : { inject })
    const received = new Promise<unknown>((resolve) => (peer.onmessage = resolve))
    await transport.send(message as never)
    await transport.close()
    return (await received) as Record<string, unknown>
  }
  const freeze = <T extends object>(value: T): T => {
    for (const inner of Object.values(value))
      if (typeof inner === 'object' && inner !== null) freeze(inner as object)
    return Object.freeze(value)
  }
  const metaOf = (message: Record<string, unknown>): Record<string, unknown> | undefined =>
    (message['params'] as { _meta?: Record<string, unknown> } | undefined)?._meta

  test('leaves what the caller made untouched, and keeps what is in it', async () => {
    const kept = { progressToken: 7, 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }
    const message = freeze(callWith(kept))
    const { traceparent: sent, ...rest } = metaOf(await send(message)) ?? {}
    assert.match(String(sent), /^00-/)
    assert.deepEqual(rest, kept)
    assert.deepEqual(message, callWith(kept))
  })

  test('notifications and messages without params get one too', async () => {
    assert.match(
      String(metaOf(await send({ jsonrpc: '2.0', method: 'notifications/x' }))?.['traceparent']),
      /^00-/,
    )
    assert.equal(spans.one('notifications/x').kind, SpanKind.CLIENT)
  })

  test('params and _meta of a shape that is unknown stay as they are', async () => {
    for (const params of [[1], { _meta: 'text' }, { _meta: ['x'] }]) {
      assert.deepEqual((await send({ jsonrpc: '2.0', id: 1, method: 'x', params }))['params'], params)
    }
  })

  test('a context that the caller wrote of another trace goes on in that trace, with our span between', async () => {
    await spans.tracer.startActiveSpan('active', async (active) => {
      const meta = metaOf(await send(callWith({ traceparent, tracestate: 'a=1', baggage: 'mine=1' })))
      const call = spans.one('tools/call look')
      assert.equal(call.parentSpanContext?.spanId, spanId)
      assert.equal(call.links[0]?.context.spanId, active.spanContext().spanId)
      assert.equal(meta?.['traceparent'], `00-${traceId}-${call.spanContext().spanId}-01`)
      assert.equal(meta['tracestate'], 'a=1')
      assert.equal(meta['baggage'], 'mine=1')
    })
  })

  test('a context that the caller wrote of this trace is followed by ours', async () => {
    await spans.tracer.startActiveSpan('active', async (active) => {
      const fields: Record<string, string> = {}
      propagation.inject(context.active(), fields)
      const meta = metaOf(await send(callWith({ ...fields, tracestate: 'stale=1' })))
      const call = spans.one('tools/call look')
      assert.equal(call.parentSpanContext?.spanId, active.spanContext().spanId)
      assert.match(String(meta?.['traceparent']), new RegExp(call.spanContext().spanId))
      assert.equal(meta?.['tracestate'], undefined)
    })
  })

  test('into _meta nothing is written where the author wants headers alone', async () => {
    assert.equal(metaOf(await send(callWith(undefined), ['http.header'])), undefined)
  })

  test('a batch has a span for each request, and each its own context', async () => {
    const batch = [
      callWith({}),
      { jsonrpc: '2.0', id: 2, method: 'ping' },
      { jsonrpc: '2.0', id: 9, result: {} },
    ]
    const sent = (await send(batch)) as unknown as Record<string, unknown>[]
    const parents = sent.map((message) => JSON.stringify(metaOf(message) ?? {}))
    assert.match(parents[0] ?? '', new RegExp(spans.one('tools/call look').spanContext().spanId))
    assert.match(parents[1] ?? '', new RegExp(spans.one('ping').spanContext().spanId))
    assert.deepEqual(sent[2], batch[2])
  })
})
