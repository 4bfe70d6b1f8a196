import type pg from 'pg'

// A claim names the backend of its claimant. When that is gone, so is the worker, and its bodies need not wait for the
// lease. Should another have got the same process id, the lease's end frees them. Freeing too early is harmless: the
// claimant must still hold the lease's token when it writes.
const rescueSql = `
with orphan as (
  select id, arrival_day
  from otel.ingestion_queue q
  where state = 0 and lease_token is not null
    and not exists (select from pg_stat_activity a where a.pid = q.lease_pid)
  for update skip locked
)
update otel.ingestion_queue q
set lease_token = null, lease_pid = null, visible_at = clock_timestamp()
from orphan
where q.id = orphan.id and q.arrival_day = orphan.arrival_day`

/** @returns how many bodies were freed */
export async function rescueClaims(pool: pg.Pool): Promise<number> {
  const result = await pool.query(rescueSql)
  return result.rowCount ?? 0
}
