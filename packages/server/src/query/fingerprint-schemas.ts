import { Type } from 'typebox'
import { cost } from './price-schemas.ts'
import { closed, count, instant, milliseconds, named, nullable } from './schema-parts.ts'

export const fingerprintStatsQuery = Type.Object(
  {
    start: Type.Optional(
      Type.String({ format: 'date-time', description: 'RFC 3339; default: 24 hours before `end`' }),
    ),
    end: Type.Optional(
      Type.String({
        format: 'date-time',
        description: 'RFC 3339; default: now. At most 31 days after `start`',
      }),
    ),
    service: Type.Optional(Type.String({ description: 'A span of the trace is of this service' })),
    fingerprint: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Only this one; of long ones as they were sent or as they are shown',
      }),
    ),
    sort: Type.Optional(
      Type.Enum(['count', 'p95', 'error_rate', 'tokens'], {
        default: 'count',
        description: 'Greatest first; then by count, then by fingerprint',
      }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  },
  closed,
)

export const fingerprint = Type.String({
  description: 'What was asked, whatever the words: `FILTER:RATING=PG|LIMIT:10|SELECT:FILM`',
})

const figures = {
  count: Type.Integer({ minimum: 0, description: 'Traces with this fingerprint that start in the period' }),
  failed_count: Type.Integer({ minimum: 0, description: 'Of those, traces whose root span failed' }),
  error_count: Type.Integer({
    minimum: 0,
    description:
      'Traces with at least one failed span, as `status=error` lists them: also those that corrected themselves',
  }),
  error_rate: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
    description: 'failed_count / count; null where count is 0',
  }),
  p50_duration_ms: nullable(milliseconds),
  p95_duration_ms: Type.Union([milliseconds, Type.Null()], {
    description:
      'Of traces that do not run any more, between neighbours by their distance; null: there are none',
  }),
  input_tokens: nullable(count),
  output_tokens: nullable(count),
  cost: Type.Union([named(cost), Type.Null()], { description: 'null: no model calls' }),
  first_seen: Type.Union([instant, Type.Null()], { description: 'Start of the first trace in the period' }),
  last_seen: Type.Union([instant, Type.Null()], { description: 'Start of the last one' }),
}

const difference = Type.Union([Type.Number(), Type.Null()])

export const fingerprintFigures = Type.Object(figures, {
  $id: 'FingerprintFigures',
  description: 'What became of a question in one period',
})

export const fingerprintChange = Type.Object(
  {
    count: Type.Integer(),
    error_rate: difference,
    p50_duration_ms: difference,
    p95_duration_ms: difference,
    input_tokens: difference,
    output_tokens: difference,
    usd: difference,
  },
  {
    $id: 'FingerprintChange',
    description:
      'The figure of the period less that of the one before; null where one of them is unknown; `usd` also where calls of one of them could not be priced',
  },
)

export const fingerprintItem = Type.Object(
  {
    fingerprint,
    ...figures,
    previous: named(fingerprintFigures),
    change: named(fingerprintChange),
  },
  { $id: 'Fingerprint', description: '`previous`: the same of the period before, which is as long' },
)

export const fingerprintStats = Type.Object(
  {
    start: instant,
    end: instant,
    previous_start: Type.String({
      format: 'date-time',
      description: 'Where the period before begins; it ends at `start`',
    }),
    fingerprint_count: Type.Integer({
      minimum: 0,
      description: 'Fingerprints in the period; `items` has the first of them',
    }),
    items: Type.Array(named(fingerprintItem)),
  },
  { description: 'The questions of a period, by what they asked' },
)
