/**
 * The Query API: what people, scripts and the web page ask about traces, and about what became of what they sent.
 *
 * Guarantees: every answer follows its schema (contract.ts, /openapi.json) and is bounded; every refusal is a problem
 * with a stable code; a query ends when its client leaves or its time is up. Refuses unknown parameters, cursors of other
 * lists, and requests by a host name that it was not told of. Content of spans leaves by answers only, never by the log.
 * Opened by server.ts.
 */
import fastify from 'fastify'
import { addCatalogRoutes } from './catalog-routes.ts'
import { addFingerprintStatsRoute } from './fingerprint-stats-route.ts'
import { addJourneyRoute } from './journey-route.ts'
import { addListTracesRoute } from './list-traces-route.ts'
import { addProcessRoutes } from './process-routes.ts'
import { addQueueRoutes } from './queue-routes.ts'
import { addRawTraceRoute } from './raw-trace-route.ts'
import { addTraceRoutes } from './trace-routes.ts'
import { answerErrors, sendProblem } from './answer-errors.ts'
import { describeApi } from './describe-api.ts'
import { guardAnswers } from './guard-answers.ts'
import { refuseLaterPaths } from './refuse-what-comes-later.ts'
import { ProblemError } from './problem.ts'
import type { QueryApiOptions, QueryApp } from './query-api-options.ts'

// A client that reads slowly, or not at all, must not keep the process from stopping.
const closeGraceMs = 5000

// What a client that does not read was given counts against the byte budget until it is gone.
const defaultStalledAfterMs = 60_000

// A cursor with a long operation name has 4 kB; Node refuses more than 16 kB of headers by itself.
const maxParamLength = 1000

export interface QueryApi {
  readonly port: number
  /** Finishes the answers under way, within a bound. */
  close(): Promise<void>
}

export async function openQueryApi(options: QueryApiOptions): Promise<QueryApi> {
  const app = await buildQueryApp(options)
  await app.listen({ host: options.host, port: options.port })
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('the Query API has no port')
  return {
    port: address.port,
    async close() {
      const timer = setTimeout(() => app.server.closeAllConnections(), closeGraceMs)
      await app.close()
      clearTimeout(timer)
    },
  }
}

/** The API without its socket. */
export async function buildQueryApp(options: QueryApiOptions): Promise<QueryApp> {
  const app: QueryApp = fastify({
    // Fastify's own request log would hold query values.
    logger: false,
    bodyLimit: 1024,
    connectionTimeout: options.stalledAfterMs ?? defaultStalledAfterMs,
    routerOptions: { maxParamLength, ignoreTrailingSlash: true },
    // Formats are there for readers of the document; read-parameters.ts reads times, and says better what is wrong.
    ajv: {
      customOptions: { coerceTypes: true, removeAdditional: false, allErrors: true, validateFormats: false },
    },
    frameworkErrors: (error, request, reply) => {
      void sendProblem(request, reply, new ProblemError('malformed_request', error.message))
    },
    return503OnClosing: false, // by refuseWhileClosing, as a problem
  })
  // Answers are typed by their schemas and checked against them in tests; a serializer made from a schema would drop or
  // convert what it does not expect, attributes above all.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
  guardAnswers(app, [options.host, ...options.allowedHosts])
  refuseWhileClosing(app)
  answerErrors(app, options.log)
  refuseLaterPaths(app)
  app.addHook('onResponse', async (request, reply) => {
    const { url: route, method } = request.routeOptions
    options.log.debug({ method, route, status: reply.statusCode, ms: reply.elapsedTime }, 'query answered')
  })
  await describeApi(app)
  addProcessRoutes(app, options)
  addListTracesRoute(app, options)
  addTraceRoutes(app, options)
  addRawTraceRoute(app, options)
  addJourneyRoute(app, options)
  addFingerprintStatsRoute(app, options)
  addCatalogRoutes(app, options)
  addQueueRoutes(app, options)
  await app.ready()
  return app
}

function refuseWhileClosing(app: QueryApp): void {
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
  })
  app.addHook('onRequest', async () => {
    if (!isClosing) return
    throw new ProblemError('shutting_down', 'the server is stopping', { retryAfterSeconds: 1 })
  })
}
