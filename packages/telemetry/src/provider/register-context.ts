// What carries context: through asynchronous calls, and to other processes. Registered only where the application
// has none, and left registered: a process that goes on after shutdown keeps its context.
import { context, createContextKey, propagation } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import type { Settings } from '../settings/settings.ts'

/** Registers a context manager and the propagators of OTEL_PROPAGATORS. */
export function registerContext({ propagators }: Settings): void {
  if (!hasContextManager()) {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  }
  if (propagation.fields().length > 0 || propagators.length === 0) return
  propagation.setGlobalPropagator(
    new CompositePropagator({
      propagators: propagators.map((name) =>
        name === 'baggage' ? new W3CBaggagePropagator() : new W3CTraceContextPropagator(),
      ),
    }),
  )
}

// Asking would be simpler, but the API does not say; the one that does nothing keeps nothing.
function hasContextManager(): boolean {
  const key = createContextKey('holdfast.probe')
  const probe = context.active().setValue(key, true)
  return context.with(probe, () => context.active().getValue(key) === true)
}
