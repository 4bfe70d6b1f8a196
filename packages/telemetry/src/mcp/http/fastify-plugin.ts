import { context } from '@opentelemetry/api'
import { bindEvents, contextOfRequest, type RequestHeaders } from './request-context.ts'

/** A plugin for `app.register`, of Fastify 4 and 5. */
export type FastifyPlugin = (instance: FastifyLike, options: unknown, done: () => void) => void

/** What of a Fastify instance the plugin uses. */
export interface FastifyLike {
  /** Fastify's own. */
  addHook(name: 'onRequest', hook: FastifyHook): unknown
}

/** What Fastify calls at the beginning of each request. */
export type FastifyHook = (
  request: { readonly raw: { readonly headers: RequestHeaders } },
  reply: { readonly raw: unknown },
  done: () => void,
) => void

/**
 * `app.register(fastifyPlugin)` before the routes: the incoming W3C context becomes the parent of all spans in a
 * request, in its hooks and in its handler. Makes no span.
 */
export const fastifyPlugin: FastifyPlugin = (instance, _options, done) => {
  instance.addHook('onRequest', (request, reply, next) => {
    const inRequest = contextOfRequest(request.raw.headers)
    bindEvents(inRequest, request.raw, reply.raw)
    context.with(inRequest, next)
  })
  done()
}

// Otherwise Fastify would keep the hook to the plugin's own routes.
Object.defineProperty(fastifyPlugin, Symbol.for('skip-override'), { value: true })
