// For an application that has put holdfastSpanProcessor() into a provider of its own: our spans are made with whatever
// provider is registered when they start, so it may be registered late. But if none is, or one without the processor,
// the spans would go nowhere, in silence.
import { trace, type Span, type Tracer } from '@opentelemetry/api'
import { report } from '../report.ts'
import type { Attachment } from './attach-provider.ts'
import { findRegistered } from './find-registered.ts'

/** Makes spans with the registered provider. `startedCount` tells how many spans the processor has been shown. */
export function followProvider(processor: { readonly startedCount: number }): Attachment {
  const watch = (start: () => Span): Span => {
    const countBefore = processor.startedCount
    const span = start()
    // A provider's sampler may leave spans out.
    const isMeant = span.isRecording() || findRegistered() === undefined
    if (isMeant && processor.startedCount === countBefore) tell()
    return span
  }
  return {
    provider: {
      getTracer(...scope) {
        const tracer = trace.getTracerProvider().getTracer(...scope)
        const watched = Object.create(tracer) as Tracer
        watched.startSpan = (...span) => watch(() => tracer.startSpan(...span))
        return watched
      },
    },
    kind: 'joined',
    detach() {},
  }
}

function tell(): void {
  report.warnOnce(
    'HOLDFAST_NOT_REGISTERED',
    'holdfastSpanProcessor() was made, but a span of TelemetryService does not reach it, and is sent nowhere: ' +
      'the OpenTelemetry provider that has it in its spanProcessors is not registered (or not yet). Register it before the first span, or leave the processor out.',
  )
}
