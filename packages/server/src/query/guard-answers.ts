import { ProblemError } from './problem.ts'
import type { QueryApp } from './query-api-options.ts'

/**
 * Traces are private. Keeps browsers from storing or guessing at answers, and, where the server is bound to this machine
 * alone, refuses requests by another name: a page on the web can point its own name at 127.0.0.1 (DNS rebinding) and
 * would then be of one origin with this server.
 */
export function guardAnswers(app: QueryApp, boundHost: string): void {
  const checksHost = isLoopback(boundHost)
  const ownName = boundHost.toLowerCase()
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
    if (!checksHost) return
    const name = hostName(request.headers.host ?? '')
    if (isLoopback(name) || name === ownName) return
    throw new ProblemError(
      'host_not_allowed',
      'this server is bound to this machine; ask for it as localhost or 127.0.0.1',
    )
  })
}

/** The name in a Host header, without port and brackets. */
function hostName(host: string): string {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host)
  return (match?.[1] ?? match?.[2] ?? '').toLowerCase()
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name)
}
