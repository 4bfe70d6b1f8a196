import { context } from '@opentelemetry/api'
import { contextOfRequest, type RequestHeaders } from './request-context.ts'

/** Of Express 4 and 5, Connect, and whatever else calls its middleware so. */
export type ExpressMiddleware = (
  request: { readonly headers: RequestHeaders },
  response: unknown,
  next: () => void,
) => void

/**
 * `app.use(expressMiddleware())` before everything else, body parsers too: the incoming W3C context becomes the parent
 * of all spans in the request. Makes no span.
 */
export function expressMiddleware(): ExpressMiddleware {
  return (request, response, next) => {
    const inRequest = contextOfRequest(request.headers)
    // A body parser goes on in an event of the request, which is not in its context by itself.
    context.bind(inRequest, request)
    context.bind(inRequest, response)
    context.with(inRequest, () => next())
  }
}
