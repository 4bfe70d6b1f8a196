// Queries that stop when nobody waits for their answer any more. Used by the Query API, whose clients go away.
import pg from 'pg'

/**
 * Runs one query of the pool. When `signal` aborts, the server is told to cancel it and the promise rejects with the
 * signal's reason; else it behaves as `pool.query`.
 */
export async function queryCancellable<Row extends pg.QueryResultRow = pg.QueryResultRow>(
  pool: pg.Pool,
  query: pg.QueryConfig,
  signal?: AbortSignal,
): Promise<pg.QueryResult<Row>> {
  if (signal === undefined) return await pool.query<Row>(query)
  signal.throwIfAborted()
  const client = await pool.connect()
  let cancelling: Promise<void> | undefined
  const cancel = (): void => {
    cancelling = cancelBackend(pool, client)
  }
  try {
    signal.throwIfAborted()
    signal.addEventListener('abort', cancel, { once: true })
    return await client.query<Row>(query)
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    signal.removeEventListener('abort', cancel)
    await cancelling
    // The cancellation may still be on its way to the backend; it must not hit the next query on this connection.
    client.release(cancelling !== undefined)
  }
}

/**
 * Goes through a connection of its own: the pool may be full of queries that wait to be cancelled. Never rejects: what
 * cannot be cancelled still ends by its statement_timeout.
 */
async function cancelBackend(pool: pg.Pool, client: pg.PoolClient): Promise<void> {
  const other = new pg.Client(pool.options)
  other.on('error', () => undefined) // told by connect and query as well
  try {
    await other.connect()
    await other.query('select pg_cancel_backend($1)', [backendPid(client)])
  } catch (error) {
    client.emit('error', error instanceof Error ? error : new Error(String(error))) // to the pool's onError
  } finally {
    await other.end()
  }
}

/** The backend's pid from the start of the session: known to the driver, absent from its types. */
function backendPid(client: pg.PoolClient): number {
  return (client as unknown as { processID: number }).processID
}
