// Connections to PostgreSQL, all set up alike. Every room that talks to the database gets its pool here.
//
// Guarantees: a COMMIT that returns on one of these connections is on the server's disk (synchronous_commit is on, or
// stronger where the operator chose so); times are UTC; a lost connection is reported to onError and replaced, and never
// ends the process. Settings are made by a query after connecting and not by start-up parameters, which poolers refuse.
import pg from 'pg'

/** Where the database is. For the embedded server `connection.host` is the directory of its unix socket. */
export interface DatabaseTarget {
  readonly connection: pg.ClientConfig
  readonly embedded: boolean
}

export interface PoolOptions {
  /** Shown as application_name `holdfast-<name>` in pg_stat_activity. */
  readonly name: string
  /** The most connections at one time. */
  readonly max: number
  /** Bounds every statement of this pool; 0 or absent: unbounded. */
  readonly statementTimeoutMs?: number
  /** Called when an established connection breaks. The pool goes on with new ones. */
  onError(error: Error): void
}

/** Long enough for a busy server's accept queue and a TLS handshake, short enough to be an answer to a client. */
const connectTimeoutMs = 10_000

/** A peer that went silent is noticed on idle connections too; the kernel's own delay is two hours. */
const keepAliveDelayMs = 10_000

/** A `date` as 'YYYY-MM-DD'. The driver's default is a Date at local midnight, which is another day in UTC. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    const isDateText = Number(oid) === Number(pg.types.builtins.DATE) && format !== 'binary'
    return isDateText ? String : (pg.types.getTypeParser(oid, format) as (value: string) => unknown)
  },
}

/** The target that a connection string names, in the syntax that `pg` reads (postgres://… with its parameters). */
export function targetOfUrl(databaseUrl: string): DatabaseTarget {
  return { connection: { connectionString: databaseUrl }, embedded: false }
}

/** Opens a pool. It connects on first use, so it opens even while the server is away; `end()` closes it. */
export function openPool(target: DatabaseTarget, options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveDelayMs,
    ...target.connection,
    types,
    max: options.max,
    // Awaited by pg-pool before the connection is handed out, though its type says void.
    onConnect: (client) =>
      prepareSession(client, options.name, options.statementTimeoutMs) as unknown as void,
  })
  // A connection that breaks while it is checked out emits on the client alone, and an unheard 'error' ends the process.
  pool.on('connect', (client) => reportBreak(client, options))
  // The pool repeats what the client's listener has reported.
  pool.on('error', () => undefined)
  return pool
}

/** Opens one connection outside any pool, set up the same way; for LISTEN and for session-level locks. `end()` closes it. */
export async function connectClient(
  target: DatabaseTarget,
  options: Omit<PoolOptions, 'max'>,
): Promise<pg.Client> {
  const client = new pg.Client({
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveDelayMs,
    ...target.connection,
    types,
  })
  reportBreak(client, options)
  await client.connect()
  try {
    await prepareSession(client, options.name, options.statementTimeoutMs)
  } catch (error) {
    await client.end()
    throw error
  }
  return client
}

/** The driver may tell one break twice: what the server said last, and then that the connection is gone. */
function reportBreak(client: pg.ClientBase, options: Pick<PoolOptions, 'onError'>): void {
  let reported = false
  client.on('error', (error) => {
    if (!reported) options.onError(error)
    reported = true
  })
}

async function prepareSession(client: pg.ClientBase, name: string, statementTimeoutMs = 0): Promise<void> {
  // remote_write and remote_apply are stronger promises of the operator's and stay as they are.
  await client.query(
    `select set_config('application_name', $1, false),
            set_config('timezone', 'UTC', false),
            set_config('default_transaction_isolation', 'read committed', false),
            set_config('lock_timeout', '0', false),
            set_config('statement_timeout', $2, false),
            case when current_setting('synchronous_commit') in ('off', 'local')
                 then set_config('synchronous_commit', 'on', false) end`,
    [`holdfast-${name}`, String(statementTimeoutMs)],
  )
}
