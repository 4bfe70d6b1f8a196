import type pg from 'pg'

/** One line of the books: accepted = stored + duplicate + replaced + pending + dead + discarded + expired. */
export interface LedgerLine {
  readonly unit: 'payloads' | 'spans'
  readonly accepted: bigint
  readonly stored: bigint
  readonly duplicate: bigint
  readonly replaced: bigint
  readonly pending: bigint
  readonly dead: bigint
  readonly discarded: bigint
  readonly expired: bigint
}

type LedgerRow = { [K in keyof LedgerLine]: K extends 'unit' ? LedgerLine['unit'] : string }

/** Reads the view otel.ledger, which counts everything in one snapshot: the lines balance at any moment. */
export async function readLedger(database: pg.Pool | pg.ClientBase): Promise<readonly LedgerLine[]> {
  const result = await database.query<LedgerRow>('select * from otel.ledger')
  return result.rows.map((row) => ({
    unit: row.unit,
    accepted: BigInt(row.accepted),
    stored: BigInt(row.stored),
    duplicate: BigInt(row.duplicate),
    replaced: BigInt(row.replaced),
    pending: BigInt(row.pending),
    dead: BigInt(row.dead),
    discarded: BigInt(row.discarded),
    expired: BigInt(row.expired),
  }))
}
