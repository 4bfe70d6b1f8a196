import { problem } from './process-schemas.ts'

const content = { 'application/problem+json': { schema: problem } }

/** The answers of every route that are not its own, for the OpenAPI document. */
export const refusals = {
  '4xx': { description: 'The request is wrong: `code` says how, `detail` what to do', content },
  '5xx': { description: 'The server cannot answer now; with Retry-After when it expects to', content },
}
