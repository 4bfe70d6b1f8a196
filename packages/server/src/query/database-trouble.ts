import { ProblemError } from './problem.ts'

// query_canceled: the statement timeout struck (or the client left, and nobody reads the answer).
const queryCancelled = '57014'

// SQLSTATE classes in which the database cannot answer now: 08 connection, 40 rollback, 53 resources, 55 object in use,
// 57 operator intervention, 58 system error.
const awayClasses = /^(08|40|53|55|57|58)/

const networkErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT', // the socket of a server that is down
])

// The driver gives its own connection errors no code.
const driverMessages =
  /^(Connection terminated|Connection ended|Client has encountered a connection error|timeout exceeded when trying to connect|Cannot use a pool after)|^Client was closed/

/**
 * The problem to answer when a query failed because of the database and not because of what was asked.
 * @returns undefined when the error is anything else, so a fault of ours
 */
export function problemOfDatabaseError(error: unknown): ProblemError | undefined {
  if (!(error instanceof Error)) return undefined
  // A host name with two addresses that both refuse comes as an AggregateError.
  if (error instanceof AggregateError) {
    return error.errors.map(problemOfDatabaseError).find((problem) => problem !== undefined)
  }
  const code = (error as { code?: unknown }).code
  if (code === queryCancelled) {
    return new ProblemError(
      'query_timeout',
      'the query took too long; ask for less (a shorter time range, a smaller limit)',
    )
  }
  const away =
    typeof code === 'string'
      ? networkErrors.has(code) || (/^[0-9A-Z]{5}$/.test(code) && awayClasses.test(code))
      : driverMessages.test(error.message)
  if (!away) return undefined
  return new ProblemError('database_unavailable', 'the database does not answer; try again', {
    retryAfterSeconds: 1,
  })
}
