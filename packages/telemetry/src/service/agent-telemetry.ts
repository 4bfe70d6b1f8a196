// TelemetryService over a tracer. The parts around it (provider, backend, hooks) are handed in by create-telemetry.ts.
import { context, propagation, trace, type Context, type Span, type Tracer } from '@opentelemetry/api'
import * as names from '../conventions.ts'
import type { DeliveryCounts } from '../export/delivery.ts'
import type { BackendName } from '../settings/settings.ts'
import type { CapturedContext } from './captured-context.ts'
import type { Containment } from './containment.ts'
import { carrierGetter, carrierSetter } from './context-carrier.ts'
import type { ContentPolicy } from './content-policy.ts'
import { OpenStreams } from './open-streams.ts'
import { RecordedSpan } from './recorded-span.ts'
import { runInSpan, type SpanSurroundings } from './run-in-span.ts'
import type { TelemetryService, TelemetryStats, TraceMetadata } from './telemetry-service.ts'
import type { FinishedSpan, SpanOptions, TelemetrySpan } from './telemetry-span.ts'
import { toMessages, toParts } from './to-messages.ts'
import { metadataAttributes } from './trace-metadata.ts'
import * as describe from './typed-attributes.ts'
import type * as calls from './typed-calls.ts'
import { RecordedAgentRun, RecordedModelCall, RecordedRetrieval, RecordedToolCall } from './typed-spans.ts'

/** What a service stands on. */
export interface ServiceParts {
  readonly backendName: BackendName
  readonly tracer: Tracer
  /** Makes spans that record nothing: for the time after shutdown. */
  readonly idleTracer: Tracer
  readonly containment: Containment
  readonly policy: ContentPolicy
  readonly findLocalRoot: (context: Context) => Span | undefined
  readonly flush: (timeoutMs: number) => Promise<void>
  readonly shutdown: (timeoutMs: number) => Promise<void>
  readonly counts: () => readonly { readonly name: string; readonly counts: DeliveryCounts }[]
  readonly finishedSpans: () => readonly FinishedSpan[]
}

const defaultTimeoutMs = 10_000

export class AgentTelemetry implements TelemetryService {
  readonly streams = new OpenStreams()
  readonly #parts: ServiceParts
  #surroundings: SpanSurroundings
  #missedTraceUpdates = 0
  #ending: Promise<void> | undefined

  constructor(parts: ServiceParts) {
    this.#parts = parts
    const { tracer, containment, policy } = parts
    this.#surroundings = { tracer, containment, policy, streams: this.streams }
  }

  span<T>(
    name: string,
    optionsOrWork: SpanOptions | ((span: TelemetrySpan) => T),
    work?: (span: TelemetrySpan) => T,
  ): T {
    const [options, run] =
      typeof optionsOrWork === 'function' ? [{}, optionsOrWork] : [optionsOrWork ?? {}, work]
    return runInSpan(
      this.#surroundings,
      () => ({ name, ...options }),
      RecordedSpan,
      run as (span: TelemetrySpan) => T,
      (span) => recordInputs(span, options),
    )
  }

  modelCall<T>(call: calls.ModelCall, work: (span: calls.ModelCallSpan) => T): T {
    return runInSpan(
      this.#surroundings,
      () => describe.describeModelCall(call),
      RecordedModelCall,
      work,
      (span) => {
        recordInputs(span, call)
        if (call.messages !== undefined) {
          span.setContent(names.ATTR_GEN_AI_INPUT_MESSAGES, () => toMessages(call.messages))
        }
        if (call.system !== undefined) {
          span.setContent(names.ATTR_GEN_AI_SYSTEM_INSTRUCTIONS, () => toParts(call.system))
        }
        span.setContent(names.ATTR_GEN_AI_TOOL_DEFINITIONS, () => call.tools)
      },
      (span) => span.observer(),
    )
  }

  embeddings<T>(call: calls.EmbeddingsCall, work: (span: calls.ModelCallSpan) => T): T {
    return runInSpan(
      this.#surroundings,
      () => describe.describeEmbeddings(call),
      RecordedModelCall,
      work,
      (span) => recordInputs(span, call),
      (span) => span.observer(),
    )
  }

  toolCall<T>(call: calls.ToolCall, work: (span: calls.ToolCallSpan) => T): T {
    return runInSpan(
      this.#surroundings,
      () => describe.describeToolCall(call),
      RecordedToolCall,
      work,
      (span) => {
        recordInputs(span, call)
        span.setContent(names.ATTR_GEN_AI_TOOL_CALL_ARGUMENTS, () => call.arguments)
      },
      (span) => span.observer(),
    )
  }

  agentRun<T>(run: calls.AgentRun, work: (span: TelemetrySpan) => T): T {
    return runInSpan(
      this.#surroundings,
      () => describe.describeAgentRun(run),
      RecordedAgentRun,
      work,
      (span) => {
        recordInputs(span, run)
        if (run.messages === undefined) return
        span.setContent(names.ATTR_GEN_AI_INPUT_MESSAGES, () => toMessages(run.messages))
      },
    )
  }

  retrieval<T>(search: calls.Retrieval, work: (span: calls.RetrievalSpan) => T): T {
    return runInSpan(
      this.#surroundings,
      () => describe.describeRetrieval(search),
      RecordedRetrieval,
      work,
      (span) => {
        recordInputs(span, search)
        span.setContent(names.ATTR_GEN_AI_RETRIEVAL_QUERY_TEXT, () => search.query)
      },
    )
  }

  updateCurrentTrace(metadata: TraceMetadata, captured?: CapturedContext): boolean {
    const update = (): boolean => {
      const root = this.#parts.findLocalRoot(captured?.otelContext ?? context.active())
      root?.setAttributes(metadataAttributes(metadata))
      return root !== undefined
    }
    const wasUpdated = this.#ending === undefined && this.#contain('updating a trace', update, false)
    if (!wasUpdated) this.#missedTraceUpdates += 1
    return wasUpdated
  }

  currentSpan(): TelemetrySpan | undefined {
    const span = trace.getActiveSpan()
    return span && new RecordedSpan(span, this.#parts.containment, this.#parts.policy)
  }

  captureContext(): CapturedContext {
    return { otelContext: context.active() }
  }

  withContext<T>(captured: CapturedContext, work: () => T): T {
    return context.with(captured?.otelContext ?? context.active(), work)
  }

  injectContext<C extends object>(carrier: C, captured?: CapturedContext): C {
    const inject = (): void =>
      propagation.inject(captured?.otelContext ?? context.active(), carrier, carrierSetter)
    this.#contain('injecting context', inject, undefined)
    return carrier
  }

  extractContext(carrier: object): CapturedContext {
    const active = context.active()
    const extract = (): Context => propagation.extract(active, carrier, carrierGetter)
    return { otelContext: this.#contain('extracting context', extract, active) }
  }

  async flush(timeoutMs: number = defaultTimeoutMs): Promise<void> {
    if (this.#ending !== undefined) return this.#ending
    await this.#settle('flushing', () => this.#parts.flush(timeoutMs))
  }

  shutdown(timeoutMs: number = defaultTimeoutMs): Promise<void> {
    if (this.#ending !== undefined) return this.#ending
    this.#contain('ending streams', () => this.streams.abandonAll(), undefined)
    this.#surroundings = { ...this.#surroundings, tracer: this.#parts.idleTracer }
    this.#ending = this.#settle('shutting down', () => this.#parts.shutdown(timeoutMs))
    return this.#ending
  }

  stats(): TelemetryStats {
    const { containment, backendName, counts } = this.#parts
    return {
      backend: backendName,
      containedFailures: containment.count,
      lastFailure: containment.last,
      missedTraceUpdates: this.#missedTraceUpdates,
      deliveries: Object.fromEntries(counts().map(({ name, counts: one }) => [name, { ...one }])),
    }
  }

  finishedSpans(): readonly FinishedSpan[] {
    return [...this.#parts.finishedSpans()]
  }

  #contain<T>(where: string, ours: () => T, fallback: T): T {
    return this.#parts.containment.run(where, ours, fallback)
  }

  async #settle(where: string, ours: () => Promise<void>): Promise<void> {
    try {
      await ours()
    } catch (error) {
      this.#parts.containment.note(where, error)
    }
  }
}

// Inputs that were not told are not recorded; undefined that was told is.
function recordInputs(span: RecordedSpan, told: { readonly inputs?: unknown }): void {
  if ('inputs' in told) span.setInputs(told.inputs)
}
