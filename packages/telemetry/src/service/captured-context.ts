// A context that was taken hold of, to go on in where the asynchronous context does not reach: queues, callbacks,
// graph nodes, another process.
import type { Context } from '@opentelemetry/api'

/** From `captureContext()` or `extractContext()`; for `withContext`, a span's `parent`, `injectContext`, `updateCurrentTrace`. */
export interface CapturedContext {
  readonly otelContext: Context
}
