import type pg from 'pg'

/** Days ahead: enough for an upkeep that rests over a long week-end; an append makes its own partition if it must. */
const daysAhead = 3

/** Makes the partitions of today and the days to come, each by itself: one that cannot be had now does not cost the others. */
export async function makePartitions(pool: pg.Pool): Promise<void> {
  const failures: unknown[] = []
  for (let day = 0; day <= daysAhead; day++) {
    try {
      await pool.query(`select otel.make_partition((clock_timestamp() at time zone 'utc')::date + $1::int)`, [
        day,
      ])
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'some partitions could not be made')
}
