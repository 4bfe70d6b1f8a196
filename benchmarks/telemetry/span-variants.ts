import { trace } from '@opentelemetry/api'
import type { TelemetryService } from '../../packages/telemetry/src/index.ts'
import type { Variant } from './compare.ts'

/** A tool's arguments as they are: 400 characters of JSON. */
const inputs = {
  sql: 'select customer, sum(total) as revenue from orders where placed_at >= $1 group by customer order by revenue desc limit 20',
  parameters: ['2026-01-01T00:00:00Z'],
  options: { timeoutMs: 5_000, readOnly: true, schema: 'sales', explain: false },
  comment:
    'Revenue by customer since the beginning of the year, for the quarterly report, the twenty largest first.',
}

/** All on one provider: the same SDK, sampler, processors and exporter. What differs is who makes the span. */
export function spanVariants(telemetry: TelemetryService): Variant[] {
  const tracer = trace.getTracer('bare')
  const options = { type: 'TOOL', inputs } as const
  return [
    {
      name: 'OpenTelemetry API, span without attributes',
      run: (count) => {
        for (let i = 0; i < count; i++) tracer.startActiveSpan('query', (span) => span.end())
      },
    },
    {
      name: 'OpenTelemetry API, inputs by JSON.stringify',
      run: (count) => {
        for (let i = 0; i < count; i++) {
          tracer.startActiveSpan('query', (span) => {
            span.setAttribute('input.value', JSON.stringify(inputs))
            span.setAttribute('input.mime_type', 'application/json')
            span.end()
          })
        }
      },
    },
    {
      name: 'telemetry.span, synchronous work',
      run: (count) => {
        for (let i = 0; i < count; i++) telemetry.span('query', options, () => i)
      },
    },
    {
      name: 'telemetry.span, a promise',
      run: async (count) => {
        for (let i = 0; i < count; i++) await telemetry.span('query', options, async () => i)
      },
    },
  ]
}
