import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { toMlflowAttributes } from './mlflow-attributes.ts'

/** MLflow's copy of a finished span. The span itself belongs to other exporters too, and is only read. */
export function toMlflowSpan(span: ReadableSpan): ReadableSpan {
  const isRoot = span.parentSpanContext === undefined
  return {
    name: span.name.replaceAll('\0', ''), // nothing that PostgreSQL stores
    kind: span.kind,
    spanContext: () => span.spanContext(),
    ...(span.parentSpanContext !== undefined && { parentSpanContext: span.parentSpanContext }),
    startTime: span.startTime,
    endTime: span.endTime,
    status: span.status,
    attributes: toMlflowAttributes(span.attributes, isRoot ? span.name : undefined),
    links: span.links,
    events: span.events,
    duration: span.duration,
    ended: span.ended,
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  }
}
