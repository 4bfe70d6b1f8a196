// Finds out whether a transaction pooler stands between us and the server.
import type pg from 'pg'

/** A pooler with idle connections may hand out another one first; each attempt holds one of them back. */
const attempts = 3

/**
 * True when another client is given the server process that `first` was given, while `first` is still connected: sessions
 * are not ours then, as behind pgbouncer's transaction mode. Each attempt keeps a transaction open on a connection made by
 * `connect`, so that the next one gets another process. Never true on a direct connection or a session pool; a pooler with
 * more idle server connections than there are attempts can escape it.
 */
export async function findSharedBackend(
  first: pg.Client,
  connect: () => Promise<pg.Client>,
): Promise<boolean> {
  const pid = await readBackendPid(first)
  const others: pg.Client[] = []
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const other = await connect()
      await other.query('begin')
      others.push(other)
      if ((await readBackendPid(other)) === pid) return true
      // Or the first one has moved to another process meanwhile.
      if ((await readBackendPid(first)) !== pid) return true
    }
    return false
  } finally {
    for (const other of others) await other.query('rollback')
  }
}

async function readBackendPid(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]?.pid
}
