// Runs work inside a span. Whatever of ours fails, the work runs once, and what it gives or throws goes to the caller.
import {
  context,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  trace,
  type Attributes,
  type Link,
  type Span,
} from '@opentelemetry/api'
import type { SpanKind, Tracer } from '@opentelemetry/api'
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_TOOL_NAME,
  ATTR_HOLDFAST_SPAN_TYPE,
  operationOfSpanType,
} from '../conventions.ts'
import type { SpanType } from '../conventions.ts'
import type { CapturedContext } from './captured-context.ts'
import type { Containment } from './containment.ts'
import type { ContentPolicy } from './content-policy.ts'
import { OpenedSpan, type ResultObserver } from './opened-span.ts'
import type { OpenStreams } from './open-streams.ts'
import type { RecordedSpan } from './recorded-span.ts'
import { settleResult } from './settle-result.ts'
import { toAttributes } from './to-attributes.ts'

/** What every span of a service shares. */
export interface SpanSurroundings {
  readonly tracer: Tracer
  readonly containment: Containment
  readonly policy: ContentPolicy
  readonly streams: OpenStreams
}

/** How one span begins. */
export interface SpanStart {
  readonly name: string
  readonly type?: SpanType | undefined
  readonly kind?: SpanKind | undefined
  readonly attributes?: Readonly<Record<string, unknown>> | undefined
  readonly links?: Link[] | undefined
  readonly parent?: CapturedContext | 'root' | undefined
}

type SpanClass<S extends RecordedSpan> = new (
  span: Span,
  containment: Containment,
  policy: ContentPolicy,
) => S

/**
 * Throws what the work throws, and a TypeError when there is no work. `prepare` is called before the work, to record
 * inputs; `observe` gives what is to see results and items go by. Both only for spans that are recorded.
 */
export function runInSpan<T, S extends RecordedSpan>(
  surroundings: SpanSurroundings,
  start: () => SpanStart,
  makeSpan: SpanClass<S>,
  work: (span: S) => T,
  prepare: (span: S) => void,
  observe?: (span: S) => ResultObserver,
): T {
  const { containment, policy } = surroundings
  if (typeof work !== 'function') {
    throw new TypeError(
      'the last argument of a call of TelemetryService is the function to run inside the span; there is none',
    )
  }
  const started = containment.run('starting a span', () => startSpan(surroundings, start()), undefined)
  if (started === undefined) {
    return work(new makeSpan(trace.wrapSpanContext(INVALID_SPAN_CONTEXT), containment, policy))
  }
  const span = new makeSpan(started.span, containment, policy)
  if (!started.span.isRecording()) return context.with(started.context, work, undefined, span)
  containment.run('recording inputs', () => prepare(span), undefined)
  const opened = new OpenedSpan(span, started.context, containment, observe?.(span) ?? {})
  let result: T
  try {
    result = context.with(started.context, work, undefined, span)
  } catch (error) {
    opened.fail(error)
    throw error
  }
  return settleResult(result, opened, surroundings.streams)
}

function startSpan({ tracer, policy }: SpanSurroundings, start: SpanStart) {
  const parent = parentOf(start.parent)
  const attributes = start.attributes ? toAttributes(start.attributes, policy.valueMaxChars) : {}
  if (start.type !== undefined) {
    Object.assign(attributes, typeAttributes(start.type, String(start.name), attributes))
  }
  const span = tracer.startSpan(
    String(start.name),
    {
      attributes,
      ...(start.kind !== undefined && { kind: start.kind }),
      ...(start.links !== undefined && { links: start.links }),
    },
    parent,
  )
  return { span, context: trace.setSpan(parent, span) }
}

// The type is Holdfast's own; the conventions' operation goes with it only as they have it: a span of a model call that
// names no provider is none of theirs.
function typeAttributes(type: SpanType, name: string, told: Attributes): Attributes {
  const attributes: Attributes = { [ATTR_HOLDFAST_SPAN_TYPE]: type }
  if (type === 'TOOL') attributes[ATTR_GEN_AI_TOOL_NAME] = told[ATTR_GEN_AI_TOOL_NAME] ?? name
  const { operation, requires } = operationOfSpanType[type] ?? {}
  const isComplete = requires === undefined || (told[requires] ?? attributes[requires]) !== undefined
  if (operation !== undefined && isComplete) {
    attributes[ATTR_GEN_AI_OPERATION_NAME] = told[ATTR_GEN_AI_OPERATION_NAME] ?? operation
  }
  return attributes
}

function parentOf(parent: CapturedContext | 'root' | undefined) {
  if (parent === 'root') return trace.deleteSpan(context.active())
  return parent?.otelContext ?? context.active() ?? ROOT_CONTEXT
}
