import { context } from '@opentelemetry/api'
import { bindEvents, contextOfRequest, type RequestHeaders } from './request-context.ts'

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
    bindEvents(inRequest, request, response)
    context.with(inRequest, () => next())
  }
}
