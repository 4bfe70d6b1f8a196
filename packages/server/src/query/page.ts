import { encodeCursor, type CursorPosition, type ListIdentity } from './cursor.ts'

/**
 * A page of a list from a look-ahead: `found` holds one item more than `limit` when the list goes on.
 */
export function toPage<T, J>(
  identity: ListIdentity,
  found: readonly T[],
  limit: number,
  toItem: (item: T) => J,
  toPosition: (item: T) => CursorPosition,
): { items: J[]; next_cursor: string | null } {
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  const goesOn = found.length > limit && last !== undefined
  return {
    items: shown.map(toItem),
    next_cursor: goesOn ? encodeCursor(identity, toPosition(last)) : null,
  }
}
