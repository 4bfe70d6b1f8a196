import type pg from 'pg'
import type { Books } from './book-gauges.ts'
import { readDepth } from '../queue/depth.ts'
import { readLedger } from '../queue/ledger.ts'

/** The ledger and the queue's depth in one snapshot, so that a scrape never shows books that do not balance. */
export async function readBooks(pool: pg.Pool): Promise<Books> {
  const client = await pool.connect()
  let failure: Error | undefined
  try {
    await client.query('begin isolation level repeatable read read only')
    const ledger = await readLedger(client)
    const depth = await readDepth(client)
    await client.query('commit')
    return { ledger, depth }
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    client.release(failure)
  }
}
