// What is traced says so, also to other copies of this package in the process.
const tracedMark = Symbol.for('holdfast.mcp.traced')

/** False if it was marked before. */
export function markTraced(target: object): boolean {
  if (Object.hasOwn(target, tracedMark)) return false
  Object.defineProperty(target, tracedMark, { value: true })
  return true
}
