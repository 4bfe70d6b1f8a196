// For tests: an SDK that records in memory, registered as an application would.
import { context, propagation, trace, type Tracer } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
  type Sampler,
} from '@opentelemetry/sdk-trace'

export interface TestSpans {
  readonly tracer: Tracer
  readonly provider: TracerProvider
  /** Finished ones, in the order in which they ended. */
  all(): ReadableSpan[]
  /** The only finished span of this name. */
  one(name: string): ReadableSpan
  named(name: string): ReadableSpan[]
  clear(): void
  unregister(): void
}

const [traceId, spanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']

/** A span of another process, and the header that says so. */
export const remoteParent = { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` }

export function registerTestSpans(options: { readonly sampler?: Sampler } = {}): TestSpans {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
    ...options,
  })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  )
  const named = (name: string): ReadableSpan[] =>
    exporter.getFinishedSpans().filter((span) => span.name === name)
  return {
    tracer: provider.getTracer('test'),
    provider,
    all: () => exporter.getFinishedSpans(),
    named,
    one: (name) => {
      const [span, ...others] = named(name)
      if (span === undefined || others.length > 0) {
        const names = exporter.getFinishedSpans().map((finished) => finished.name)
        throw new Error(`${others.length + (span ? 1 : 0)} spans '${name}' among ${names.join(', ')}`)
      }
      return span
    },
    clear: () => exporter.reset(),
    unregister: () => {
      trace.disable()
      context.disable()
      propagation.disable()
    },
  }
}
