import type pg from 'pg'

/** Days ahead: enough for an upkeep that rests over a long week-end; an append makes its own partition if it must. */
const daysAhead = 3

/** Makes the partitions of today and the days to come. Without a lock_timeout it could make every append wait for it. */
export async function makePartitions(pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  try {
    for (let day = 0; day <= daysAhead; day++) {
      await client.query('begin')
      await client.query(`set local lock_timeout = '500ms'`)
      await client.query(
        `select otel.make_partition((clock_timestamp() at time zone 'utc')::date + $1::int)`,
        [day],
      )
      await client.query('commit')
    }
    client.release()
  } catch (error) {
    client.release(error as Error)
    throw error
  }
}
