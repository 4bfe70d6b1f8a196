import type { Context } from '@opentelemetry/api'

/**
 * A span processor in a form that the SDKs of the 2.x and the 3.x line both take in their `spanProcessors`. It refers to
 * no type of theirs: the SDK is bundled into this package, and whoever compiles against it may have another, or none.
 */
export interface HoldfastSpanProcessor {
  /** Called by the SDK when a span starts. */
  onStart(span: unknown, parentContext: Context): void
  /** Called by the SDK when a span has ended. */
  onEnd(span: unknown): void
  /** Resolves when what ended so far is delivered or on disk. */
  forceFlush(): Promise<void>
  /** Flushes, and ends the processor. */
  shutdown(): Promise<void>
}
