// What of the contract a later version answers. Saying so is better than "unknown"; who serves one takes it out here.
import { ProblemError } from './problem.ts'
import type { QueryApp } from './query-api-options.ts'

const laterPaths =
  /^\/api\/v1\/(stats|dependencies|attributes(\/[^/]+\/values)?|queue\/dead(\/[^/]+(\/(redrive|discard))?)?)\/?$/

const laterParametersOfTraces = ['attr', 'q']

export function refuseLaterPaths(app: QueryApp): void {
  app.addHook('onRequest', async (request) => {
    const path = request.url.split('?', 1)[0]!
    if (!laterPaths.test(path)) return
    throw new ProblemError('not_served_yet', 'this version does not serve this path yet', { status: 404 })
  })
}

export function refuseLaterParameters(query: object): void {
  const later = laterParametersOfTraces.filter((parameter) => Object.hasOwn(query, parameter))
  if (later.length === 0) return
  throw new ProblemError('not_served_yet', `this version does not serve ${later.join(' and ')} yet`)
}
