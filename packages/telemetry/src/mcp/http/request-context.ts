// The context of one HTTP request, for servers without an HTTP instrumentation: what its headers carry is the parent of
// every span that is made while it is handled. No span of its own.
import { context, trace, type Context } from '@opentelemetry/api'
import { contain } from '../contain.ts'
import { liftSuppression, withRequestHeaders } from '../context-keys.ts'
import { carriesSpan, extractFrom, headerReader } from '../carrier.ts'

/** Headers of node (an object), or a `Headers`. */
export type RequestHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * Runs `work` in the context of the request: every span in it, and in what it awaits, descends from the `traceparent`
 * that the request carries, and sees its baggage. Where an HTTP instrumentation has made its span from the same header,
 * that one stays active. For a plain `node:http` server, and whatever else has no middleware here.
 */
export function withRequestContext<T>(headers: RequestHeaders, work: () => T): T {
  return context.with(contextOfRequest(headers), work)
}

/** Who listens to a request or a response hears of it in the context of the request, which node would have lost. */
export function bindEvents(inRequest: Context, ...emitters: readonly unknown[]): void {
  contain(() => {
    for (const emitter of emitters) context.bind(inRequest, emitter)
  })
}

/** The active context, with what these headers carry. */
export function contextOfRequest(headers: RequestHeaders): Context {
  const active = liftSuppression(context.active())
  return contain(() => seedFrom(active, headers)) ?? active
}

function seedFrom(active: Context, headers: RequestHeaders): Context {
  const carried = extractFrom(trace.deleteSpan(active), headerReader(headers))
  const activeSpan = trace.getSpan(active)
  const isMadeFromIt =
    activeSpan !== undefined &&
    (!carriesSpan(carried) || activeSpan.spanContext().traceId === trace.getSpanContext(carried)?.traceId)
  return withRequestHeaders(isMadeFromIt ? trace.setSpan(carried, activeSpan) : carried, headers)
}
