import { Gauge } from 'prom-client'
import type { MetricsRegistry } from '../metrics.ts'
import type { QueueDepth } from '../queue/depth.ts'
import type { LedgerLine } from '../queue/ledger.ts'
import { ledgerToJson } from './ledger-json.ts'

/** The ledger and the queue's depth of one moment. */
export interface Books {
  readonly ledger: readonly LedgerLine[]
  readonly depth: QueueDepth
}

export interface BookGauges {
  set(books: Books): void
  /** The database is away: says so, and shows no figure rather than an old one. */
  clear(): void
}

const depthGauges = [
  ['holdfast_queue_pending_payloads', 'Payloads that wait to be persisted.', 'pendingPayloads'],
  ['holdfast_queue_pending_bodies', 'Bodies that wait to be persisted.', 'pendingBodies'],
  ['holdfast_queue_pending_bytes', 'Bytes that wait to be persisted, uncompressed.', 'pendingBytes'],
  ['holdfast_queue_claimed_bodies', 'Bodies that a worker holds now.', 'claimedBodies'],
  ['holdfast_queue_retrying_bodies', 'Bodies of which an attempt failed.', 'retryingBodies'],
  ['holdfast_dead_letters', 'Payloads parked in the dead letters.', 'deadPayloads'],
] as const

const accounts = [
  'accepted',
  'stored',
  'duplicate',
  'replaced',
  'pending',
  'dead',
  'discarded',
  'expired',
] as const

export function addBookGauges(registry: MetricsRegistry): BookGauges {
  const registers = [registry]
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers })
  const databaseUp = gauge('holdfast_database_up', '1 when the database answered this scrape.')
  const balanced = gauge('holdfast_ledger_balanced', '1 when the books balance, in payloads and in spans.')
  const ledger = gauge('holdfast_ledger', 'What became of everything that was accepted.', ['unit', 'account'])
  const oldest = gauge('holdfast_queue_oldest_pending_age_seconds', 'Age of the payload that waits longest.')
  const depths = depthGauges.map(([name, help, field]) => ({ gauge: gauge(name, help), field }))

  return {
    set({ ledger: lines, depth }) {
      databaseUp.set(1)
      const books = ledgerToJson(lines)
      balanced.set(books.balanced ? 1 : 0)
      for (const unit of ['payloads', 'spans'] as const) {
        for (const account of accounts) ledger.labels(unit, account).set(books[unit][account])
      }
      oldest.set((depth.oldestPendingAgeMs ?? 0) / 1000)
      for (const one of depths) one.gauge.set(depth[one.field])
    },
    clear() {
      databaseUp.set(0)
      for (const one of [balanced, oldest, ...depths.map((each) => each.gauge)]) one.remove()
      ledger.reset()
    },
  }
}
