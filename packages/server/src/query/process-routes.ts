import { Type } from 'typebox'
import { addBookGauges } from './book-gauges.ts'
import { problemOfDatabaseError } from './database-trouble.ts'
import { health, readiness } from './process-schemas.ts'
import { ProblemError } from './problem.ts'
import type { QueryApiOptions, QueryApp } from './query-api-options.ts'
import { readBooks } from './read-books.ts'
import { processRefusals } from './refusals.ts'
import { named } from './schema-parts.ts'
import { serverVersion } from '../server-version.ts'

/** For those who watch the process: /healthz, /readyz and /metrics. */
export function addProcessRoutes(app: QueryApp, options: QueryApiOptions): void {
  app.get(
    '/healthz',
    {
      schema: {
        operationId: 'getHealth',
        tags: ['process'],
        summary: 'Whether the process lives',
        response: { 200: named(health), ...processRefusals },
      },
    },
    async () => ({ status: 'ok' as const, name: 'holdfast' as const, version: serverVersion }),
  )

  app.get(
    '/readyz',
    {
      schema: {
        operationId: 'getReadiness',
        tags: ['process'],
        summary: 'Whether it takes payloads, persists them and answers; 503 with the reasons when not',
        response: { 200: named(readiness), ...processRefusals },
      },
    },
    async () => {
      const { ready, checks } = await options.isReady()
      if (ready) return { ready, checks }
      throw new ProblemError('not_ready', 'not ready, see checks', { checks, retryAfterSeconds: 1 })
    },
  )

  addMetricsRoute(app, options)
}

function addMetricsRoute(app: QueryApp, { pool, metrics, log }: QueryApiOptions): void {
  const gauges = addBookGauges(metrics)
  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        tags: ['process'],
        summary: 'Metrics in the text format of Prometheus',
        response: {
          200: {
            description: 'Prometheus text format 0.0.4',
            content: { 'text/plain': { schema: Type.String() } },
          },
          ...processRefusals,
        },
      },
    },
    async (_request, reply) => {
      // Without the database a scrape still tells of the process, and that the database is away.
      try {
        gauges.set(await readBooks(pool))
      } catch (error) {
        if (problemOfDatabaseError(error) === undefined) throw error
        log.debug({ err: error }, 'metrics without the books: the database does not answer')
        gauges.clear()
      }
      return reply.type(metrics.contentType).send(await metrics.metrics())
    },
  )
}
