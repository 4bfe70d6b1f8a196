// What the environment and the options of createTelemetry come to: plain values, complete, checked. Nobody else in
// the package reads the environment.
import type { OtlpSettings } from './otlp-settings.ts'

/** Where spans go: to Holdfast (or any OTLP server), to MLflow, to both, into memory, nowhere. */
export type BackendName = 'otel' | 'mlflow' | 'dual' | 'memory' | 'off'

/** What is recorded of content: what the author passes (`explicit`), also messages and tool arguments that helpers see (`all`), nothing (`none`). */
export type ContentCapture = 'explicit' | 'all' | 'none'

/** Whether spans are shown before they end: to a server that says it is Holdfast (`auto`), to any, to none. */
export type PendingSpansMode = 'auto' | 'on' | 'off'

/** The batch processor's bounds: OTEL_BSP_*. */
export interface BatchSettings {
  readonly maxQueueSize: number
  readonly maxExportBatchSize: number
  readonly scheduledDelayMs: number
  readonly exportTimeoutMs: number
}

/** The spool on disk: its root (each delivery has a folder of its own below it), undefined: nothing on disk. */
export interface SpoolSettings {
  readonly rootDir: string | undefined
  readonly maxBytes: number
}

/** What openOtelBackend gets. */
export interface OtelSettings {
  readonly otlp: OtlpSettings
  readonly batch: BatchSettings
  readonly spool: SpoolSettings
  readonly maxQueueBytes: number
  readonly pendingSpans: PendingSpansMode
}

/** What openMlflowBackend gets. */
export interface MlflowSettings {
  /** Without it there is nothing to send to; createTelemetry then warns and opens no MLflow backend. */
  readonly trackingUri: string
  /** At most one of the two is told; without either, MLflow's own `Default`. The id wins. */
  readonly experimentName: string | undefined
  readonly experimentId: string | undefined
  readonly token: string | undefined
  readonly username: string | undefined
  readonly password: string | undefined
  readonly timeoutMs: number
  readonly compression: 'none' | 'gzip'
  readonly batch: BatchSettings
  readonly spool: SpoolSettings
  readonly maxQueueBytes: number
}

/** OTEL_SPAN_*_LIMIT, OTEL_EVENT_*, OTEL_LINK_* and OTEL_ATTRIBUTE_*; undefined: the SDK's default. */
export interface SpanLimitSettings {
  readonly attributeValueLengthLimit: number | undefined
  readonly attributeCountLimit: number | undefined
  readonly eventCountLimit: number | undefined
  readonly linkCountLimit: number | undefined
  readonly attributePerEventCountLimit: number | undefined
  readonly attributePerLinkCountLimit: number | undefined
}

/** OTEL_TRACES_SAMPLER and its argument. */
export interface SamplerSettings {
  readonly name:
    | 'always_on'
    | 'always_off'
    | 'traceidratio'
    | 'parentbased_always_on'
    | 'parentbased_always_off'
    | 'parentbased_traceidratio'
  /** Of the ratio samplers: 0 to 1. */
  readonly ratio: number
}

/** Everything createTelemetry needs to know. */
export interface Settings {
  readonly backend: BackendName
  readonly serviceName: string | undefined
  readonly resourceAttributes: Readonly<Record<string, string>>
  readonly captureContent: ContentCapture
  /** Of one input, output or list of messages. */
  readonly valueMaxChars: number
  readonly sampler: SamplerSettings
  readonly spanLimits: SpanLimitSettings
  readonly propagators: readonly ('tracecontext' | 'baggage')[]
  readonly exitHooks: boolean
  /** Of the diag logger; undefined: it is left alone. */
  readonly logLevel: 'none' | 'error' | 'warn' | 'info' | 'debug' | 'verbose' | 'all' | undefined
  readonly otel: OtelSettings
  /** Undefined without MLFLOW_TRACKING_URI. */
  readonly mlflow: MlflowSettings | undefined
}
