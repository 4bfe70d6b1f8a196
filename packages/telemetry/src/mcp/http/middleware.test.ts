import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, afterEach, describe, test } from 'node:test'
import { serve } from '@hono/node-server'
import { context, propagation, trace } from '@opentelemetry/api'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { registerTestSpans, remoteParent } from '../test-spans.ts'
import { expressMiddleware } from './express-middleware.ts'
import { fastifyPlugin } from './fastify-plugin.ts'
import { honoMiddleware } from './hono-middleware.ts'
import { withRequestContext } from './request-context.ts'

const spans = registerTestSpans()
after(spans.unregister)
afterEach(spans.clear)

const { traceId, spanId, traceparent } = remoteParent

/** What a handler does: it awaits something, then makes a span. */
async function handle(): Promise<{ tenant: string | undefined }> {
  await new Promise((resolve) => setImmediate(resolve))
  spans.tracer.startSpan('work').end()
  return { tenant: propagation.getActiveBaggage()?.getEntry('tenant')?.value }
}

interface Listening {
  readonly url: string
  close(): Promise<unknown>
}

function listening(server: Server): Listening {
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())),
  }
}

const frameworks: Readonly<Record<string, () => Promise<Listening>>> = {
  Express: async () => {
    const app = express()
    app.use(expressMiddleware())
    app.post('/events', (request, response) => {
      request.resume().once('end', () => {
        spans.tracer.startSpan('end of request').end()
        response.json({})
      })
      response.once('finish', () => spans.tracer.startSpan('end of response').end())
    })
    app.use(express.json())
    app.post('/', (_request, response, next) => {
      handle().then((body) => response.json(body), next)
    })
    const server = await new Promise<Server>((resolve) => {
      const started: Server = app.listen(0, '127.0.0.1', () => resolve(started))
    })
    return listening(server)
  },
  Fastify: async () => {
    const app = fastify()
    await app.register(fastifyPlugin)
    app.addContentTypeParser('text/plain', (_request, payload, done) => done(null, payload))
    app.post('/', () => handle())
    app.post('/events', (request, reply) => {
      request.raw.resume().once('end', () => {
        spans.tracer.startSpan('end of request').end()
        void reply.send({})
      })
      reply.raw.once('finish', () => spans.tracer.startSpan('end of response').end())
    })
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    return { url: `${url}/`, close: () => app.close() }
  },
  Hono: async () => {
    const app = new Hono()
    app.use(honoMiddleware())
    app.post('/', async (c) => {
      await c.req.json()
      return c.json(await handle())
    })
    return new Promise((resolve) => {
      const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () =>
        resolve(listening(server as Server)),
      )
    })
  },
  'a plain node:http server': async () => {
    const server = createServer((request, response) => {
      void withRequestContext(request.headers, async () => response.end(JSON.stringify(await handle())))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return listening(server)
  },
}

for (const [name, start] of Object.entries(frameworks)) {
  describe(name, () => {
    const post = async (headers: Record<string, string>): Promise<unknown> => {
      const server = await start()
      try {
        const response = await fetch(server.url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ long: 'x'.repeat(90_000) }),
        })
        assert.equal(response.status, 200)
        return await response.json()
      } finally {
        await server.close()
      }
    }

    test('the context of the headers is the parent of spans in the handler, past the reading of the body', async () => {
      const body = await post({ traceparent, baggage: 'tenant=acme' })
      assert.deepEqual(body, { tenant: 'acme' })
      const work = spans.one('work')
      assert.equal(work.spanContext().traceId, traceId)
      assert.equal(work.parentSpanContext?.spanId, spanId)
      assert.equal(spans.all().length, 1)
    })

    test('a request without context, or with one that is not valid, is handled as it is', async () => {
      await post({})
      await post({ traceparent: '00-zz-zz-01', baggage: ';;;===' })
      for (const work of spans.named('work')) assert.equal(work.parentSpanContext, undefined)
    })
  })
}

for (const name of ['Express', 'Fastify']) {
  test(`${name}: who listens to the request and the response is in their context as well`, async () => {
    const server = await frameworks[name]?.()
    assert.ok(server)
    const headers = { 'content-type': 'text/plain', traceparent }
    await fetch(`${server.url}events`, { method: 'POST', headers, body: 'x'.repeat(90_000) })
    await server.close()
    assert.equal(spans.one('end of request').parentSpanContext?.spanId, spanId)
    assert.equal(spans.one('end of response').parentSpanContext?.spanId, spanId)
  })
}

describe('where a span is active', () => {
  test('one that an HTTP instrumentation made from the header stays', () => {
    const remote = { traceId, spanId, traceFlags: 1, isRemote: true }
    const http = spans.tracer.startSpan('POST', {}, trace.setSpanContext(context.active(), remote))
    context.with(trace.setSpan(context.active(), http), () => {
      withRequestContext({ traceparent }, () => assert.equal(trace.getActiveSpan(), http))
    })
  })

  test('one that is in another trace gives way to the header', () => {
    spans.tracer.startActiveSpan('other', () => {
      withRequestContext(new Headers({ traceparent }), () =>
        assert.equal(trace.getActiveSpan()?.spanContext().spanId, spanId),
      )
    })
  })

  test('it stays where the request carries nothing', () => {
    spans.tracer.startActiveSpan('other', (span) => {
      withRequestContext({}, () => assert.equal(trace.getActiveSpan(), span))
    })
  })
})
