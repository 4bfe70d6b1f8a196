/**
 * Cursors: where a list goes on. Opaque to clients, and bound to the list and its filters: a cursor used with others is
 * refused, for it would silently skip or repeat. They carry positions and no rights, so nothing signs them.
 */
import { createHash } from 'node:crypto'

const version = 1

// Names in positions are bounded by the store's dictionaries, about 3 kB.
const maxCursorLength = 8192

/** What decides which items a list has and in which order: its name, and each filter that is set. */
export interface ListIdentity {
  readonly list: string
  readonly filters: Readonly<Record<string, string | undefined>>
}

/** A position: the sort key of the last item of a page, each part as text. */
export type CursorPosition = readonly string[]

export function encodeCursor(identity: ListIdentity, position: CursorPosition): string {
  return Buffer.from(JSON.stringify([version, fingerprint(identity), ...position])).toString('base64url')
}

/** @returns undefined when it is no cursor, or one of another list or other filters */
export function decodeCursor(identity: ListIdentity, cursor: string): CursorPosition | undefined {
  if (cursor.length > maxCursorLength || !/^[\w-]+$/.test(cursor)) return undefined
  const parsed = parseJson(Buffer.from(cursor, 'base64url').toString())
  if (!Array.isArray(parsed) || parsed[0] !== version || parsed[1] !== fingerprint(identity)) return undefined
  const position = parsed.slice(2)
  if (!position.every((part): part is string => typeof part === 'string' && !part.includes('\0')))
    return undefined
  return position
}

function fingerprint({ list, filters }: ListIdentity): string {
  const set = Object.entries(filters).filter(([, value]) => value !== undefined)
  set.sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([list, set]))
    .digest('base64url')
    .slice(0, 12)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
