// TelemetrySpan over an OpenTelemetry span.
import { SpanStatusCode, type Span } from '@opentelemetry/api'
import {
  ATTR_ERROR_TYPE,
  ATTR_HOLDFAST_INPUT_TRUNCATED,
  ATTR_HOLDFAST_OUTPUT_TRUNCATED,
  ATTR_INPUT_MIME_TYPE,
  ATTR_INPUT_VALUE,
  ATTR_OUTPUT_MIME_TYPE,
  ATTR_OUTPUT_VALUE,
} from '../conventions.ts'
import type { Containment } from './containment.ts'
import { recordsExplicit, type ContentPolicy } from './content-policy.ts'
import { describeError, type ErrorDescription } from './describe-error.ts'
import { serialiseValue } from './serialise-value.ts'
import type { TelemetrySpan } from './telemetry-span.ts'
import { toAttributes } from './to-attributes.ts'

export class RecordedSpan implements TelemetrySpan {
  readonly otelSpan: Span
  protected readonly containment: Containment
  protected readonly policy: ContentPolicy

  constructor(otelSpan: Span, containment: Containment, policy: ContentPolicy) {
    this.otelSpan = otelSpan
    this.containment = containment
    this.policy = policy
  }

  get traceId(): string {
    return this.otelSpan.spanContext().traceId
  }

  get spanId(): string {
    return this.otelSpan.spanContext().spanId
  }

  setInputs(inputs: unknown): this {
    return this.record('setInputs', () => {
      if (!recordsExplicit(this.policy)) return
      const { text, mimeType, truncated } = serialiseValue(inputs, this.policy.valueMaxChars)
      this.otelSpan.setAttribute(ATTR_INPUT_VALUE, text)
      this.otelSpan.setAttribute(ATTR_INPUT_MIME_TYPE, mimeType)
      if (truncated) this.otelSpan.setAttribute(ATTR_HOLDFAST_INPUT_TRUNCATED, true)
    })
  }

  setOutputs(outputs: unknown): this {
    return this.record('setOutputs', () => {
      if (recordsExplicit(this.policy)) {
        const { text, mimeType, truncated } = serialiseValue(outputs, this.policy.valueMaxChars)
        this.otelSpan.setAttribute(ATTR_OUTPUT_VALUE, text)
        this.otelSpan.setAttribute(ATTR_OUTPUT_MIME_TYPE, mimeType)
        if (truncated) this.otelSpan.setAttribute(ATTR_HOLDFAST_OUTPUT_TRUNCATED, true)
      }
      const error = errorIn(outputs)
      if (error === undefined) return
      const { type, message } = this.#describe(error)
      this.markFailed(type, message)
    })
  }

  setAttributes(attributes: Readonly<Record<string, unknown>>): this {
    return this.record('setAttributes', () => {
      this.otelSpan.setAttributes(toAttributes(attributes, this.policy.valueMaxChars))
    })
  }

  addEvent(name: string, attributes?: Readonly<Record<string, unknown>>): this {
    return this.record('addEvent', () => {
      this.otelSpan.addEvent(name, attributes && toAttributes(attributes, this.policy.valueMaxChars))
    })
  }

  recordError(error: unknown): this {
    return this.record('recordError', () => {
      const { type, message, stack } = this.#describe(error)
      this.markFailed(type, message)
      this.otelSpan.addEvent('exception', {
        'exception.type': type,
        ...(message !== undefined && { 'exception.message': message }),
        ...(stack !== undefined && { 'exception.stacktrace': stack }),
      })
    })
  }

  // An error can be anything, also what throws when it is read. And its message quotes what it is about: it is content.
  #describe(error: unknown): ErrorDescription {
    const unreadable = { type: '_OTHER', message: undefined, stack: undefined }
    const description = this.containment.run('reading an error', () => describeError(error), unreadable)
    return recordsExplicit(this.policy) ? description : { ...unreadable, type: description.type }
  }

  /** Runs our own code, if the span takes notice at all. */
  protected record(where: string, ours: () => void): this {
    this.containment.run(
      where,
      () => {
        if (this.otelSpan.isRecording()) ours()
      },
      undefined,
    )
    return this
  }

  protected markFailed(type: string, message?: string): void {
    this.otelSpan.setAttribute(ATTR_ERROR_TYPE, type)
    this.otelSpan.setStatus({
      code: SpanStatusCode.ERROR,
      ...(message !== undefined && { message }),
    })
  }
}

// An Error, or what an object calls its `error`; false, null, undefined and the empty string are none.
function errorIn(outputs: unknown): unknown {
  if (typeof outputs !== 'object' || outputs === null) return undefined
  if (outputs instanceof Error) return outputs
  return (outputs as { error?: unknown }).error || undefined
}
