/**
 * Whether a failure is the database's own and would have met any payload: the connection broke (no SQLSTATE), or class 08
 * connection, 25 read-only, 40 rollback, 53 resources (53100 is a full disk), 55 lock, 57 operator, 58 system. Not 53200,
 * out of memory: one giant payload can be the cause of that, and would be tried again without end.
 */
export function isDatabaseTrouble(failure: unknown): boolean {
  if (!(failure instanceof Error)) return false
  const code = (failure as { code?: unknown }).code
  if (code === '53200') return false
  if (typeof code === 'string') return /^(08|25|40|53|55|57|58)...$/.test(code) || /^E[A-Z]+$/.test(code)
  return /connection (terminated|ended|error)|not queryable|timeout exceeded/i.test(failure.message)
}
