import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../log.ts'
import { ReadBusy } from '../queue/read-frames.ts'
import { UnreadableBody } from '../queue/unreadable-body.ts'
import { problemOfDatabaseError } from './database-trouble.ts'
import { ProblemError, type ProblemExtras } from './problem.ts'
import type { QueryApp } from './query-api-options.ts'

/** Makes every error an RFC 9457 problem, and logs those that are faults of the server. */
export function answerErrors(app: QueryApp, log: Log): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (isClientGone(request)) return reply.send() // nobody reads it; the socket is closed
    const problem = toProblem(error)
    if (problem.status === 500) {
      log.error({ err: error, route: request.routeOptions.url }, 'a query failed')
    } else if (problem.status > 500) {
      log.warn(
        { code: problem.code, reason: error.message, route: request.routeOptions.url },
        'a query was refused',
      )
    }
    return sendProblem(request, reply, problem)
  })
  app.setNotFoundHandler((request, reply) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (!isRead) void reply.header('allow', 'GET, HEAD')
    const problem = isRead
      ? new ProblemError('not_found', 'there is nothing at this path; /openapi.json lists what there is')
      : new ProblemError('method_not_allowed', 'this server answers GET and HEAD only')
    return sendProblem(request, reply, problem)
  })
}

export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: ProblemError,
): FastifyReply {
  const { retryAfterSeconds } = problem.extras
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds)
  const path = request.url.split('?', 1)[0]!
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problem.toBody(path))
}

function isClientGone(request: FastifyRequest): boolean {
  return request.signal.aborted || request.raw.socket.destroyed === true
}

function toProblem(error: FastifyError): ProblemError {
  if (error instanceof ProblemError) return error
  if (error instanceof ReadBusy) return new ProblemError('busy', error.message, { retryAfterSeconds: 1 })
  if (error instanceof UnreadableBody) return new ProblemError('unreadable_body', error.message)
  if (error.validation !== undefined) return toParameterProblem(error.validation)
  const status = error.statusCode ?? 500
  if (error.code?.startsWith('FST_') && status >= 400 && status < 500) {
    return new ProblemError('malformed_request', error.message)
  }
  return (
    problemOfDatabaseError(error) ??
    new ProblemError('internal_error', 'the server failed to answer this; its log says why')
  )
}

function toParameterProblem(mistakes: NonNullable<FastifyError['validation']>): ProblemError {
  const errors: NonNullable<ProblemExtras['errors']> = mistakes.map((mistake) => {
    const { additionalProperty, allowedValues, allowedValue } = mistake.params
    if (typeof additionalProperty === 'string') {
      return { parameter: additionalProperty, message: 'is not a parameter of this route' }
    }
    const parameter = mistake.instancePath.split('/')[1] ?? ''
    if (Array.isArray(allowedValues))
      return { parameter, message: `must be one of ${allowedValues.join(', ')}` }
    if (mistake.keyword === 'pattern')
      return { parameter, message: `must match ${String(mistake.params['pattern'])}` }
    if (typeof allowedValue === 'string') return { parameter, message: `must be ${allowedValue}` }
    return { parameter, message: mistake.message ?? 'is invalid' }
  })
  const detail = errors.map(({ parameter, message }) => `${parameter} ${message}`).join('; ')
  return new ProblemError('invalid_parameter', detail, { errors })
}
