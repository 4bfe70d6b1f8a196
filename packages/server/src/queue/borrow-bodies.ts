import type pg from 'pg'
import type { HandoverReader, Region } from './handover.ts'
import type { ClaimedBody } from './claim.ts'
import { readBodies } from './read-bodies.ts'

/** By body id; a body that is not there is missing, one that cannot be read is an Error. */
export type BodyBytes = ReadonlyMap<bigint, Uint8Array | Error>

/**
 * Lends `use` the uncompressed bytes of bodies: out of memory where this process has just committed them, else from the
 * database. They are not to be kept beyond it.
 */
export async function borrowBodies<Result>(
  client: pg.ClientBase,
  bodies: readonly ClaimedBody[],
  handover: HandoverReader | undefined,
  use: (bytes: BodyBytes) => Promise<Result>,
): Promise<Result> {
  const regions: Region[] = []
  const found = new Map<bigint, Uint8Array | Error>()
  try {
    for (const { bodyId, handoverKey } of bodies) {
      const region = handoverKey === undefined ? undefined : handover?.take(handoverKey)
      if (region === undefined) continue
      regions.push(region)
      found.set(bodyId, region.bytes)
    }
    const missing = bodies.filter(({ bodyId }) => !found.has(bodyId))
    if (missing.length > 0) {
      for (const [bodyId, bytes] of await readBodies(client, missing)) found.set(bodyId, bytes)
    }
    return await use(found)
  } finally {
    for (const region of regions) handover!.release(region)
  }
}
