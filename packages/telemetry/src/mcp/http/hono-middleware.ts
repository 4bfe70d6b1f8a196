import { context } from '@opentelemetry/api'
import { contextOfRequest } from './request-context.ts'

/** Of Hono 4. */
export type HonoMiddleware = (
  c: { readonly req: { readonly raw: { readonly headers: Headers } } },
  next: () => Promise<void>,
) => Promise<void>

/**
 * `app.use(honoMiddleware())` before the routes: the incoming W3C context becomes the parent of all spans in the
 * request. Makes no span.
 */
export function honoMiddleware(): HonoMiddleware {
  return (c, next) => context.with(contextOfRequest(c.req.raw.headers), next)
}
