import { context, type Context } from '@opentelemetry/api'
import { contextOfRequest, type RequestHeaders } from './request-context.ts'

/** What of a request is relied on. */
export interface FastifyRequestLike {
  readonly raw: { readonly headers: RequestHeaders }
}

/** A plugin for `app.register`, of Fastify 4 and 5. */
export type FastifyPlugin = (instance: FastifyLike, options: unknown, done: () => void) => void

type Hook = (request: FastifyRequestLike, reply: unknown, done: () => void) => void

/** What of a Fastify instance is relied on. */
export interface FastifyLike {
  /** Fastify's own. */
  addHook(name: 'onRequest' | 'preValidation', hook: Hook): unknown
}

/**
 * `app.register(fastifyPlugin)` before the routes: the incoming W3C context becomes the parent of all spans in a
 * request, in its hooks and in its handler. Makes no span.
 */
export const fastifyPlugin: FastifyPlugin = (instance, _options, done) => {
  const contexts = new WeakMap<object, Context>()
  instance.addHook('onRequest', (request, _reply, next) => {
    const inRequest = contextOfRequest(request.raw.headers)
    contexts.set(request.raw, inRequest)
    context.with(inRequest, next)
  })
  // In between the body is read, in events that are not in the context of the request.
  instance.addHook('preValidation', (request, _reply, next) => {
    context.with(contexts.get(request.raw) ?? context.active(), next)
  })
  done()
}

// Otherwise Fastify would keep the hooks to the plugin's own routes.
Object.defineProperty(fastifyPlugin, Symbol.for('skip-override'), { value: true })
