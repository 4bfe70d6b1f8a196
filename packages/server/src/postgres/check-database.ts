// Whether a PostgreSQL server can carry what an acknowledgement promises. Called at start, before
// the first migration. Changes nothing in the database.
import { DatabaseError } from 'pg'
import type pg from 'pg'
import { findSharedBackend } from './find-shared-backend.ts'
import { connectClient, type DatabaseTarget } from './pool.ts'

export type DatabaseFault =
  | 'unreachable'
  | 'too_old'
  | 'read_only'
  | 'wrong_encoding'
  | 'not_durable'
  | 'transaction_pooler'
  | 'no_privilege'

export type DatabaseCheck =
  /** `warnings` are sentences for the log. */
  | { readonly ok: true; readonly version: string; readonly warnings: readonly string[] }
  /** `message` says what is wrong and what to do. It holds no password. */
  | { readonly ok: false; readonly code: DatabaseFault; readonly message: string }

export interface CheckOptions {
  /** Accept a server with fsync or full_page_writes off: a crash of its machine then loses acknowledged spans. */
  readonly acceptUnsafeDurability?: boolean
}

const oldestMajor = 15
const newestMajor = 18

interface Facts {
  version: string
  version_number: number
  encoding: string
  in_recovery: boolean
  read_only: boolean
  fsync: string
  full_page_writes: string
  database: string
  role: string
  has_schema: boolean
  may_use: boolean
}

/** Looks at the server and connects a few times. Never rejects: a server that cannot be reached is an answer too. */
export async function checkDatabase(
  target: DatabaseTarget,
  options: CheckOptions = {},
): Promise<DatabaseCheck> {
  const clients: pg.Client[] = []
  const connect = async (): Promise<pg.Client> => {
    const client = await connectClient(target, {
      name: 'check',
      statementTimeoutMs: 10_000,
      onError: () => undefined,
    })
    clients.push(client)
    return client
  }
  try {
    const first = await connect()
    const facts = await readFacts(first)
    const fault = findFault(facts, options)
    if (fault !== undefined) return fault
    if (await findSharedBackend(first, connect)) return transactionPooler
    return { ok: true, version: facts.version, warnings: listWarnings(facts) }
  } catch (error) {
    return describeFailure(error)
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
}

async function readFacts(client: pg.Client): Promise<Facts> {
  const { rows } = await client.query<Facts>(
    `select current_setting('server_version') as version,
            current_setting('server_version_num')::int as version_number,
            current_setting('server_encoding') as encoding,
            pg_is_in_recovery() as in_recovery,
            current_setting('transaction_read_only')::bool as read_only,
            current_setting('fsync') as fsync,
            current_setting('full_page_writes') as full_page_writes,
            current_database() as database,
            current_user as role,
            to_regnamespace('otel') is not null as has_schema,
            coalesce(has_schema_privilege(to_regnamespace('otel'), 'usage'),
                     has_database_privilege(current_database(), 'create')) as may_use`,
  )
  if (rows[0] === undefined) throw new Error('the server answered nothing')
  return rows[0]
}

function findFault(facts: Facts, options: CheckOptions): DatabaseCheck | undefined {
  if (majorOf(facts) < oldestMajor) {
    return refuse(
      'too_old',
      `This is PostgreSQL ${facts.version}; Holdfast needs ${oldestMajor} to ${newestMajor}. Upgrade the server`,
    )
  }
  if (facts.in_recovery || facts.read_only) {
    return refuse(
      'read_only',
      facts.in_recovery
        ? 'This server is a standby, which cannot be written to. Let DATABASE_URL name the primary'
        : 'Transactions are read-only here: set default_transaction_read_only to off for this role and database',
    )
  }
  if (facts.encoding !== 'UTF8') {
    return refuse(
      'wrong_encoding',
      `The database ${facts.database} has the encoding ${facts.encoding}; span names and attributes need UTF8. ` +
        "Make one with: create database holdfast encoding 'UTF8' template template0",
    )
  }
  const off = [
    facts.fsync === 'off' ? 'fsync' : '',
    facts.full_page_writes === 'off' ? 'full_page_writes' : '',
  ].filter((name) => name !== '')
  if (off.length > 0 && options.acceptUnsafeDurability !== true) {
    return refuse(
      'not_durable',
      `The server runs with ${off.join(' and ')} off: a crash of its machine would lose acknowledged spans, or the whole ` +
        'database. Switch it on',
    )
  }
  if (!facts.may_use) {
    return refuse(
      'no_privilege',
      facts.has_schema
        ? `The role ${facts.role} may not use the schema otel. Run: grant usage on schema otel to ${facts.role}, ` +
            'and the privileges on what is in it; or connect as its owner'
        : `The role ${facts.role} may not create the schema otel. Run: grant create on database ${facts.database} to ${facts.role}`,
    )
  }
  return undefined
}

function listWarnings(facts: Facts): readonly string[] {
  const warnings: string[] = []
  if (majorOf(facts) > newestMajor) {
    warnings.push(
      `PostgreSQL ${facts.version} is newer than those Holdfast is tested with (${oldestMajor} to ${newestMajor})`,
    )
  }
  if (facts.fsync === 'off' || facts.full_page_writes === 'off') {
    warnings.push(
      'fsync or full_page_writes is off: a crash of the database machine loses acknowledged spans',
    )
  }
  return warnings
}

const transactionPooler = refuse(
  'transaction_pooler',
  'Between Holdfast and the server stands a pooler that gives each transaction another connection: settings, locks and ' +
    'LISTEN do not hold there. Let DATABASE_URL name the server itself, or a pool in session mode ' +
    '(pgbouncer: pool_mode = session; hosted: the "direct" or "session" address, often another port)',
)

function describeFailure(error: unknown): DatabaseCheck {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof DatabaseError) {
    return refuse(
      'unreachable',
      `The database refused the connection: ${message} (${error.code ?? 'no code'})`,
    )
  }
  // A name that resolves to several addresses fails with one error for each, and an empty message of its own.
  const details =
    error instanceof AggregateError ? error.errors.map((one: Error) => one.message).join('; ') : message
  return refuse(
    'unreachable',
    `Cannot connect to the database: ${details}. Check DATABASE_URL and that the server runs`,
  )
}

function refuse(code: DatabaseFault, message: string): DatabaseCheck & { ok: false } {
  return { ok: false, code, message }
}

function majorOf(facts: Facts): number {
  return Math.floor(facts.version_number / 10_000)
}
