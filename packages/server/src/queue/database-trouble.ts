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
  'ERR_STREAM_PREMATURE_CLOSE', // a COPY whose connection was cut
])

// The driver gives its own connection errors no code.
const driverMessages =
  /^(Connection terminated|Connection ended|Client has encountered a connection error|timeout exceeded when trying to connect|Cannot use a pool after)|^Client was closed|not queryable/

// SQLSTATE classes: 08 connection, 25 read-only, 28 authorization, 3D no such database, 40 rollback, 53 resources (53100 is a
// full disk), 55 object in use, 57 operator intervention, 58 system error; and 42501, a privilege that was taken away.
const troubleStates = /^((08|25|28|3D|40|53|55|57|58)[0-9A-Z]{3}|42501)$/

/**
 * Whether a failure is the database's own, and would have met any payload and any query. Not 53200, out of memory: one giant
 * payload can be the cause of that, and would be tried again without end.
 */
export function isDatabaseTrouble(failure: unknown): boolean {
  if (!(failure instanceof Error)) return false
  // A host name with two addresses that both refuse comes as an AggregateError.
  if (failure instanceof AggregateError) return failure.errors.some(isDatabaseTrouble)
  const code = (failure as { code?: unknown }).code
  if (typeof code !== 'string') return driverMessages.test(failure.message)
  return networkErrors.has(code) || (troubleStates.test(code) && code !== '53200')
}
