/** PostgreSQL's text form of an array of numbers; node-postgres would quote and escape each element. */
export function toArrayLiteral(numbers: Iterable<number | bigint>): string {
  return `{${Array.isArray(numbers) ? numbers.join(',') : [...numbers].join(',')}}`
}
