import { Type } from 'typebox'
import {
  closed,
  count,
  instant,
  list,
  liveness,
  milliseconds,
  named,
  nullable,
  page,
  spanId,
  traceId,
  traceIdParameter,
} from './schema-parts.ts'
import { continuity } from './continuity/continuity-schemas.ts'
import { fingerprint } from './fingerprint-schemas.ts'
import { cost, modelUsage } from './price-schemas.ts'
import { includeParameter, spanItem, spanKind } from './span-schemas.ts'

const traceProperties = {
  trace_id: traceId,
  service_name: Type.String({ description: "The root span's service" }),
  root_name: Type.String({ description: "The root span's name" }),
  root_span_id: spanId,
  root_provisional: Type.Boolean({
    description: 'No span without a parent has arrived yet; the earliest span stands in for the root',
  }),
  start_time: instant,
  end_time: instant,
  duration_ms: milliseconds,
  status: Type.Enum(['ok', 'error'], { description: 'error: at least one span failed' }),
  span_count: count,
  error_count: count,
  input_tokens: nullable(count),
  output_tokens: nullable(count),
  cost: Type.Union([named(cost), Type.Null()], { description: 'null: no model calls' }),
  ...liveness,
}

export const traceItem = Type.Object(traceProperties, { $id: 'Trace' })
export const traceList = list(traceItem, 'Traces, newest start first')

export const tracesQuery = Type.Object(
  {
    service: Type.Optional(Type.String({ description: 'A span of the trace is of this service' })),
    name: Type.Optional(
      Type.String({ description: 'A span of the trace (of `service`, when given) has this name' }),
    ),
    status: Type.Optional(
      Type.Enum(['ok', 'error'], { description: 'error: at least one span failed; ok: none' }),
    ),
    fingerprint: Type.Optional(
      Type.String({ minLength: 1, description: 'A span of the trace has exactly this fingerprint' }),
    ),
    min_duration_ms: Type.Optional(Type.Number({ minimum: 0 })),
    max_duration_ms: Type.Optional(Type.Number({ minimum: 0 })),
    start: Type.Optional(
      Type.String({ format: 'date-time', description: 'RFC 3339; traces that start then or later' }),
    ),
    end: Type.Optional(
      Type.String({ format: 'date-time', description: 'RFC 3339; traces that start before' }),
    ),
    ...page(50, 500),
  },
  closed,
)

export const traceParams = Type.Object({
  id: traceIdParameter,
})

export const traceDetailQuery = Type.Object({ include: includeParameter }, closed)
export const noQuery = Type.Object({}, closed)

export const traceDetail = Type.Object(
  {
    ...traceProperties,
    usage: Type.Array(named(modelUsage), {
      description: 'By model, the one with most calls first; empty where `cost.truncated`',
    }),
    fingerprints: Type.Array(fingerprint, {
      description: 'What it asked: those of its first 10 000 spans, each once, at most 100',
    }),
    continuity: named(continuity),
    spans: Type.Array(named(spanItem), { description: 'The first spans by start time, at most 1000' }),
    spans_truncated: Type.Boolean({ description: 'There are more spans than these' }),
    spans_next_cursor: Type.Union([Type.String(), Type.Null()], {
      description: 'Where /spans goes on, as its `cursor`; null when `spans` is complete',
    }),
  },
  { $id: 'TraceDetail', description: 'The trace with its first spans' },
)

export const serviceItem = Type.Object({ name: Type.String() }, { $id: 'Service' })
export const serviceList = list(serviceItem, 'Services by name')
export const servicesQuery = Type.Object(page(200, 1000), closed)

export const operationItem = Type.Object(
  { service_name: Type.String(), name: Type.String(), kind: spanKind },
  { $id: 'Operation' },
)
export const operationList = list(operationItem, 'Operations by service, name and kind')
export const operationsQuery = Type.Object(
  { service: Type.Optional(Type.String()), ...page(200, 1000) },
  closed,
)
