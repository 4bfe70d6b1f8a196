import type pg from 'pg'
import { claim, ClaimFloor } from '../queue/claim.ts'
import { persistClaim, type PersistContext } from './persist-batch.ts'

export interface PersistLoopOptions extends Omit<PersistContext, 'client'> {
  readonly connect: (onBroken: (error: Error) => void) => Promise<pg.Client>
  readonly maxClaimBytes: number
  readonly leaseMs: number
  /** Resolves when there may be work, at the latest after the poll interval. */
  readonly waitForWork: () => Promise<unknown>
  readonly shouldStop: () => boolean
  readonly onDatabaseLost: (error: unknown) => void
}

const firstReconnectMs = 100
const maxReconnectMs = 5000

/**
 * Claims and persists until told to stop, over one connection: its backend is the claimant, and when it goes its claims
 * are freed. What is claimed is finished before the loop ends.
 */
export async function runPersistLoop(options: PersistLoopOptions): Promise<void> {
  let reconnectMs = firstReconnectMs
  while (!options.shouldStop()) {
    let client: pg.Client | undefined
    let broken: Error | undefined
    try {
      client = await options.connect((error) => {
        broken = error
      })
      reconnectMs = firstReconnectMs
      await drain(client, options, () => broken)
    } catch (error) {
      options.onDatabaseLost(error)
      await new Promise((resolve) => setTimeout(resolve, reconnectMs * (0.5 + Math.random() / 2)))
      reconnectMs = Math.min(maxReconnectMs, reconnectMs * 2)
    } finally {
      await client?.end().catch(() => undefined)
    }
  }
}

async function drain(
  client: pg.Client,
  options: PersistLoopOptions,
  findBreak: () => Error | undefined,
): Promise<void> {
  const floor = new ClaimFloor()
  while (!options.shouldStop()) {
    const broken = findBreak()
    if (broken !== undefined) throw broken
    const claimed = await claim(client, {
      maxRawBytes: options.maxClaimBytes,
      leaseMs: options.leaseMs,
      floor,
    })
    if (claimed === undefined) await options.waitForWork()
    else await persistClaim({ ...options, client }, claimed)
  }
}
