import { problem } from './process-schemas.ts'
import { named } from './schema-parts.ts'

const content = { 'application/problem+json': { schema: named(problem) } }

/** The answers of every route that are not its own, for the OpenAPI document. */
export const refusals = {
  '4xx': { description: 'The request is wrong: `code` says how, `detail` what to do', content },
  '5xx': { description: 'The server cannot answer now; with Retry-After when it expects to', content },
}

/** The same for routes that take no parameters. */
export const processRefusals = {
  403: { description: 'host_not_allowed: the server was asked by a name that it was not told of', content },
  503: { description: 'shutting_down, or not_ready with its `checks`; with Retry-After', content },
}
