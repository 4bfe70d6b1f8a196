// `@holdfast/telemetry`: what an agent's author imports. `@holdfast/telemetry/mcp` is mcp/index.ts.
export { createTelemetry, holdfastSpanProcessor, type TelemetryOptions } from './create-telemetry.ts'
export type { SpanType } from './conventions.ts'
export type { HoldfastSpanProcessor } from './provider/holdfast-span-processor.ts'
export type { DeliveryCounts } from './export/delivery-counts.ts'
export type { CapturedContext } from './service/captured-context.ts'
export type { TelemetryService, TelemetryStats, TraceMetadata } from './service/telemetry-service.ts'
export type { FinishedSpan, SpanOptions, TelemetrySpan } from './service/telemetry-span.ts'
export type {
  AgentRun,
  EmbeddingsCall,
  ModelCall,
  ModelCallSpan,
  ModelResponse,
  Retrieval,
  RetrievalSpan,
  TokenUsage,
  ToolCall,
  ToolCallSpan,
} from './service/typed-calls.ts'
export type { BackendName, ContentCapture } from './settings/settings.ts'
