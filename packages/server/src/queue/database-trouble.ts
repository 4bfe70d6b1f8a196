/**
 * Whether a failure is the database's own and would have met any payload: the connection broke (no SQLSTATE), or class 08
 * connection, 25 read-only, 40 rollback, 53 resources (53100 is a full disk), 55 lock, 57 operator, 58 system.
 */
export function isDatabaseTrouble(failure: unknown): boolean {
  if (!(failure instanceof Error)) return false
  const code = (failure as { code?: unknown }).code
  if (typeof code === 'string') return /^(08|25|40|53|55|57|58)...$/.test(code) || /^E[A-Z]+$/.test(code)
  return /connection (terminated|ended|error)|not queryable|timeout exceeded/i.test(failure.message)
}
