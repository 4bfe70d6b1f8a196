import type pg from 'pg'

/**
 * Runs `work` between begin and commit on one connection; rolls back and rethrows when it throws.
 * Read committed, which the write protocol needs: its later statements must see what others committed meanwhile.
 */
export async function inTransaction<Result>(
  client: pg.ClientBase,
  work: (transaction: pg.ClientBase) => Promise<Result>,
): Promise<Result> {
  await client.query('begin isolation level read committed')
  try {
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    try {
      await client.query('rollback')
    } catch (rollbackError) {
      // The connection is gone, and the transaction with it. The first error says why.
      if (error instanceof Error && error.cause === undefined) error.cause = rollbackError
    }
    throw error
  }
}
