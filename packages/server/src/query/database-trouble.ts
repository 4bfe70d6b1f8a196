import { isDatabaseTrouble } from '../queue/database-trouble.ts'
import { ProblemError } from './problem.ts'

// query_canceled: the statement timeout struck (or the client left, and nobody reads the answer).
const queryCancelled = '57014'

const outOfMemory = '53200'

/**
 * The problem to answer when a query failed because of the database and not because of what was asked.
 * @returns undefined when the error is anything else, so a fault of ours
 */
export function problemOfDatabaseError(error: unknown): ProblemError | undefined {
  if (!(error instanceof Error)) return undefined
  const code = (error as { code?: unknown }).code
  if (code === queryCancelled) {
    return new ProblemError(
      'query_timeout',
      'the query took too long; ask for less (a shorter time range, a smaller limit)',
    )
  }
  if (!isDatabaseTrouble(error) && code !== outOfMemory) return undefined
  return new ProblemError('database_unavailable', 'the database does not answer; try again', {
    retryAfterSeconds: 1,
  })
}
