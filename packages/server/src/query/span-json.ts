import { attributeText } from '../otlp/attribute-text.ts'
import type { SpanRow } from '../store/trace-store.ts'
import { runningAttribute, spanKindWord, statusWord, type Span } from '../trace/span.ts'
import { attributesToJson } from './attributes-json.ts'
import type { SpanItem } from './contract.ts'
import { clampNano, formatDate, formatInstant, toMilliseconds } from './instant.ts'
import { priceCall, priceList } from './price-call.ts'
import { roundUsd } from './price-trace.ts'
import { isSilent } from './silence.ts'

/** @param now the server's clock */
export function spanRowToJson(row: SpanRow, now: Date): SpanItem {
  return {
    span_id: row.spanId,
    parent_span_id: row.parentSpanId === '' ? null : row.parentSpanId,
    name: row.name,
    kind: spanKindWord(row.kind),
    service_name: row.serviceName,
    start_time: formatInstant(row.startUnixNano),
    duration_ms: toMilliseconds(row.durationNano),
    status: statusWord(row.statusCode),
    ...indexToJson(row, row.running, now),
  }
}

/** What only the index knows of a span: what was heard of it last, and what counts. */
function indexToJson(row: SpanRow | undefined, running: boolean, now: Date) {
  const lastHeardAt = running ? row?.lastHeardAt : undefined
  const usd = row?.countsTokens === true ? priceCall(row) : undefined
  return {
    running,
    silent: isSilent(lastHeardAt, now),
    last_heard_at: lastHeardAt === undefined ? null : formatDate(lastHeardAt),
    input_tokens: row?.inputTokens ?? null,
    output_tokens: row?.outputTokens ?? null,
    counts_tokens: row?.countsTokens ?? false,
    fingerprint: row?.fingerprint ?? null,
    cost: usd === undefined ? null : { usd: roundUsd(usd), price_list: priceList },
  }
}

/**
 * A span with everything OTLP said of it. Times beyond int64 are shown as they were sent.
 * @param row the same span in the index; undefined in the moment in which its finished copy replaces it
 */
export function spanToJson(span: Span, row: SpanRow | undefined, now: Date): SpanItem {
  const running = isRunning(span)
  return {
    span_id: span.spanId,
    parent_span_id: span.parentSpanId === '' ? null : span.parentSpanId,
    name: span.name,
    kind: spanKindWord(span.kind),
    service_name: serviceName(span),
    start_time: formatInstant(span.startUnixNano),
    duration_ms: toMilliseconds(durationNano(span, running)),
    status: statusWord(span.status.code),
    ...indexToJson(row, running, now),
    status_message: span.status.message,
    trace_state: span.traceState,
    flags: span.flags,
    attributes: attributesToJson(span.attributes),
    dropped_attributes_count: span.droppedAttributesCount,
    resource: {
      attributes: attributesToJson(span.resource.attributes),
      dropped_attributes_count: span.resource.droppedAttributesCount,
      schema_url: span.resource.schemaUrl,
    },
    scope: {
      name: span.scope.name,
      version: span.scope.version,
      attributes: attributesToJson(span.scope.attributes),
      dropped_attributes_count: span.scope.droppedAttributesCount,
      schema_url: span.scope.schemaUrl,
    },
    events: span.events.map((event) => ({
      time: formatInstant(event.timeUnixNano),
      name: event.name,
      attributes: attributesToJson(event.attributes),
      dropped_attributes_count: event.droppedAttributesCount,
    })),
    dropped_events_count: span.droppedEventsCount,
    links: span.links.map((link) => ({
      trace_id: link.traceId,
      span_id: link.spanId,
      trace_state: link.traceState,
      attributes: attributesToJson(link.attributes),
      dropped_attributes_count: link.droppedAttributesCount,
      flags: link.flags,
    })),
    dropped_links_count: span.droppedLinksCount,
  }
}

/** Sent before its end, and not replaced by the finished copy yet. */
function isRunning(span: Span): boolean {
  return span.attributes.findLast((attribute) => attribute.key === runningAttribute)?.value === true
}

function serviceName(span: Span): string {
  const value = span.resource.attributes.findLast((attribute) => attribute.key === 'service.name')?.value
  return value === undefined ? '' : attributeText(value)
}

// As the index has it: clamped, and zero for a running span that has no end; negative where a span says so.
function durationNano(span: Span, running: boolean): bigint {
  const nano = clampNano(span.endUnixNano) - clampNano(span.startUnixNano)
  return running && nano < 0n ? 0n : nano
}
