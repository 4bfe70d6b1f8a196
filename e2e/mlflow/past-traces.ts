// Traces of a minute ago, sent by the stock SDK and exporter to whom a test wants.
import { SpanStatusCode, trace, ROOT_CONTEXT } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace'

const minuteMs = 60_000

/** A finished trace: a root `answer` of the service `agent`, and below it spans of the service `tools`. */
export interface PastTrace {
  readonly traceId: string
  readonly spans: readonly ReadableSpan[]
}

/** @param agoMs when it began */
export function recordTrace(childCount: number, agoMs: number = minuteMs): PastTrace {
  const spans: ReadableSpan[] = []
  const tracerOf = (service: string) =>
    new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': service }),
      spanProcessors: [
        new SimpleSpanProcessor({
          exporter: {
            export: (some, done) => {
              spans.push(...some)
              done({ code: 0 })
            },
            forceFlush: async () => {},
            shutdown: async () => {},
          },
        }),
      ],
    }).getTracer('past-traces')
  const startTime = Date.now() - agoMs
  const root = tracerOf('agent').startSpan('answer', { startTime }, ROOT_CONTEXT)
  const tools = tracerOf('tools')
  for (let index = 0; index < childCount; index++) {
    const parent = trace.setSpan(ROOT_CONTEXT, root)
    tools.startSpan(`tool ${index}`, { startTime: startTime + index }, parent).end(startTime + index + 1)
  }
  root.end(startTime + childCount + 1)
  return { traceId: root.spanContext().traceId, spans }
}

/** The same span, failed. */
export function asFailed(span: ReadableSpan): ReadableSpan {
  return {
    ...span,
    spanContext: () => span.spanContext(),
    status: { code: SpanStatusCode.ERROR, message: 'it broke' },
  }
}

/** Rejects when the server does not take them. */
export async function send(
  spans: readonly ReadableSpan[],
  url: string,
  headers: Record<string, string> = {},
): Promise<void> {
  const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces`, headers })
  await new Promise<void>((done, fail) => {
    exporter.export([...spans], ({ code, error }) => {
      if (code === 0) done()
      else fail(error ?? new Error('not taken'))
    })
  })
  await exporter.shutdown()
}
