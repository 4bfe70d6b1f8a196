import swagger from '@fastify/swagger'
import { health, problem, readiness } from './process-schemas.ts'
import type { QueryApp } from './query-api-options.ts'
import {
  journey,
  ledger,
  ledgerAccount,
  payloadJourney,
  queue,
  queueDepth,
  queueItem,
} from './queue-schemas.ts'
import { brokenHop, continuity, hopSide, joinedHop, undecidedHop } from './continuity/continuity-schemas.ts'
import { fingerprintChange, fingerprintFigures, fingerprintItem } from './fingerprint-schemas.ts'
import { cost, modelUsage, spanCost } from './price-schemas.ts'
import { serverVersion } from '../server-version.ts'
import { spanItem } from './span-schemas.ts'
import { operationItem, serviceItem, traceDetail, traceItem } from './trace-schemas.ts'

const namedSchemas = [
  ...[traceItem, traceDetail, spanItem, serviceItem, operationItem],
  ...[cost, modelUsage, spanCost, continuity, hopSide, joinedHop, brokenHop, undecidedHop],
  ...[fingerprintItem, fingerprintFigures, fingerprintChange],
  ...[journey, payloadJourney, ledger, ledgerAccount, queue, queueItem, queueDepth],
  ...[health, readiness, problem],
]

/** Makes /openapi.json from the schemas of the routes that are added after it. */
export async function describeApi(app: QueryApp): Promise<void> {
  for (const schema of namedSchemas) app.addSchema(schema)
  await app.register(swagger, {
    refResolver: {
      buildLocalReference: ({ $id }, _uri, _fragment, index) =>
        typeof $id === 'string' ? $id : `schema-${index}`,
    },
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Holdfast Query API',
        version: serverVersion,
        description:
          'Traces that Holdfast keeps, and what became of everything it accepted. JSON in snake_case, ids in hex, times ' +
          'in RFC 3339 with nanoseconds, durations in milliseconds; errors are RFC 9457 problems with a stable `code`.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'This server' }],
      tags: [
        { name: 'traces', description: 'Traces and their spans' },
        { name: 'catalog', description: 'What there is to look for' },
        { name: 'queue', description: 'What waits, and the books' },
        { name: 'process', description: 'Health and metrics' },
      ],
    },
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}
