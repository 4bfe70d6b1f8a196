import { isIP } from 'node:net'
import { ProblemError } from './problem.ts'
import type { QueryApp } from './query-api-options.ts'

/**
 * Traces are private. Keeps browsers from storing or guessing at answers, and refuses requests by a name that is not known
 * to be ours: a page on the web can point its own name at an address of this machine (DNS rebinding) and would then be of
 * one origin with this server. That reaches every address the server is bound to, so the check does not ask which it is.
 * @param ownNames the configured host, and the names that HOLDFAST_ALLOWED_HOSTS adds
 */
export function guardAnswers(app: QueryApp, ownNames: readonly string[]): void {
  const allowed = new Set(ownNames.map(normalise))
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
    const name = hostName(request.headers.host ?? '')
    if (isLocalhost(name) || isIP(name) !== 0 || allowed.has(name)) return
    throw new ProblemError(
      'host_not_allowed',
      'this server does not know itself by that name: ask for it by localhost or its IP address, or add the name to ' +
        'HOLDFAST_ALLOWED_HOSTS',
    )
  })
}

/** The name in a Host header, without port and brackets. */
function hostName(host: string): string {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host)
  return normalise(match?.[1] ?? match?.[2] ?? '')
}

function normalise(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}

// RFC 6761, section 6.3: nobody can own a name below localhost, and resolvers answer it with the loopback address. An
// address in place of a name cannot be pointed elsewhere, so any will do.
function isLocalhost(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost')
}
