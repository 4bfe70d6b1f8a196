/**
 * Cross-origin requests, for exporters that run in browsers. Off unless origins are configured.
 * https://fetch.spec.whatwg.org/#http-cors-protocol
 */
import type { IncomingHttpHeaders } from 'node:http'

/** Header names and values in turn, as writeHead takes them. */
export type HeaderList = readonly string[]

export interface CorsPolicy {
  /** Headers of an ordinary answer. */
  answerHeaders(request: IncomingHttpHeaders): HeaderList
  /** Headers of the answer to a preflight. */
  preflightHeaders(request: IncomingHttpHeaders): HeaderList
}

const maxAgeSeconds = 7200

// What an exporter sends when a preflight does not say.
const usualHeaders = 'content-type, content-encoding'
const headerNames = /^[\w!#$%&'*+.^`|~, -]{1,1024}$/

/**
 * @param allowedOrigins such as `https://app.example.com` or `https://*.example.com`; `*` stands for any run of
 *   characters, so it also spans several labels of a host name
 * @returns undefined when there are none: cross-origin requests get no permission and OPTIONS no answer
 */
export function createCorsPolicy(allowedOrigins: readonly string[]): CorsPolicy | undefined {
  if (allowedOrigins.length === 0) return undefined
  const patterns = allowedOrigins.map(compilePattern)

  function permit(request: IncomingHttpHeaders): HeaderList {
    const { origin } = request
    if (origin === undefined || !patterns.some((pattern) => pattern.test(origin))) return []
    // The origin itself and never '*': navigator.sendBeacon, which the browser exporter may use, sends credentials.
    return ['Access-Control-Allow-Origin', origin, 'Access-Control-Allow-Credentials', 'true']
  }

  return {
    answerHeaders(request) {
      const permission = permit(request)
      const vary = ['Vary', 'Origin']
      return permission.length === 0
        ? vary
        : [...vary, ...permission, 'Access-Control-Expose-Headers', 'Retry-After']
    },
    preflightHeaders(request) {
      const permission = permit(request)
      const vary = ['Vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers']
      if (permission.length === 0) return vary
      const asked = request['access-control-request-headers']
      const allowed = asked !== undefined && headerNames.test(asked) ? asked : usualHeaders
      return [
        ...vary,
        ...permission,
        'Access-Control-Allow-Methods',
        'POST',
        'Access-Control-Allow-Headers',
        allowed,
        'Access-Control-Max-Age',
        String(maxAgeSeconds),
      ]
    },
  }
}

function compilePattern(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
  return new RegExp(`^${parts.join('\\S+')}$`, 'i')
}
