import { Type } from 'typebox'
import {
  attributes,
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
} from './schema-parts.ts'
import { fingerprint } from './fingerprint-schemas.ts'
import { spanCost } from './price-schemas.ts'

export const includeParameter = Type.Optional(
  Type.Literal('attributes', {
    description:
      'Adds to each span its attributes, resource, scope, events and links. Pages then also end at 16 MiB',
  }),
)
export const spansQuery = Type.Object({ include: includeParameter, ...page(100, 1000) }, closed)

export const spanKind = Type.Enum(['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'])
const spanStatus = Type.Enum(['unset', 'ok', 'error'])

const resource = Type.Object({ attributes, dropped_attributes_count: count, schema_url: Type.String() })
const scope = Type.Object({
  name: Type.String(),
  version: Type.String(),
  attributes,
  dropped_attributes_count: count,
  schema_url: Type.String(),
})
const spanEvent = Type.Object({
  time: instant,
  name: Type.String(),
  attributes,
  dropped_attributes_count: count,
})
const spanLink = Type.Object({
  trace_id: Type.String({ description: 'Hex, as it was sent' }),
  span_id: Type.String({ description: 'Hex, as it was sent' }),
  trace_state: Type.String(),
  attributes,
  dropped_attributes_count: count,
  flags: count,
})

export const spanItem = Type.Object(
  {
    span_id: spanId,
    parent_span_id: nullable(spanId),
    name: Type.String(),
    kind: spanKind,
    service_name: Type.String(),
    start_time: instant,
    duration_ms: milliseconds,
    status: spanStatus,
    ...liveness,
    input_tokens: nullable(count),
    output_tokens: nullable(count),
    counts_tokens: Type.Boolean({
      description:
        'A model call whose tokens and cost the trace adds up; of nested spans for one call the inner one',
    }),
    cost: Type.Union([named(spanCost), Type.Null()], {
      description: 'null: no model call that counts, or its price is unknown',
    }),
    fingerprint: Type.Union([fingerprint, Type.Null()], {
      description: 'Its `canonicalize.fingerprint`; null where it has none',
    }),
    status_message: Type.Optional(Type.String()),
    trace_state: Type.Optional(Type.String()),
    flags: Type.Optional(count),
    attributes: Type.Optional(attributes),
    dropped_attributes_count: Type.Optional(count),
    resource: Type.Optional(resource),
    scope: Type.Optional(scope),
    events: Type.Optional(Type.Array(spanEvent)),
    dropped_events_count: Type.Optional(count),
    links: Type.Optional(Type.Array(spanLink)),
    dropped_links_count: Type.Optional(count),
  },
  { $id: 'Span', description: 'From `status_message` on: with include=attributes only' },
)

export const spanList = list(spanItem, 'Spans by start time')
