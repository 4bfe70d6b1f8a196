import type pg from 'pg'

const counters = [
  'accepted_payloads',
  'accepted_spans',
  'stored_payloads',
  'stored_spans',
  'duplicate_payloads',
  'duplicate_spans',
  'replaced_spans',
  'discarded_payloads',
  'discarded_spans',
  'expired_payloads',
  'expired_spans',
]

// Writers have a row each, by their backend's process id, and a new one every ten seconds; of those that nobody counts up
// any more one row a day is enough. A writer that still does (a long transaction) is waited for.
const foldSql = `
with gone as (
  delete from otel.ledger_counter
  where writer <> 0 and (day, slot) < ((clock_timestamp() at time zone 'utc')::date, otel.ledger_slot() - 6)
  returning *
)
insert into otel.ledger_counter (day, writer, slot, ${counters.join(', ')})
select day, 0, 0, ${counters.map((counter) => `sum(${counter})`).join(', ')} from gone group by day
on conflict (day, writer, slot) do update
set ${counters.map((counter) => `${counter} = ledger_counter.${counter} + excluded.${counter}`).join(', ')}`

/** Adds finished counters up into one row a day; in one statement, so that the books balance throughout. */
export async function foldLedger(pool: pg.Pool): Promise<void> {
  await pool.query(foldSql)
}
