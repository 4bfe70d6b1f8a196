// The shop's database, beside Holdfast's in the same PostgreSQL, and the only role that the MCP server gets.
//
// Guarantees: the database is complete or not there; a newer version of what is in data/ or in the .sql files replaces it.
// The role can read the shop and cannot connect to any other database. Called by the demo at each start.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

export interface MusicDatabase {
  /** How the MCP server connects: as chinook_reader, over the socket. */
  readonly readerUrl: string
  readonly tables: readonly string[]
}

/** In the order they are loaded: a table after those that it refers to. */
const tables = [
  ...['artist', 'album', 'genre', 'media_type', 'track', 'playlist', 'playlist_track'],
  ...['employee', 'customer', 'invoice', 'invoice_line'],
]
const csvOf = (table: string): URL => new URL(`../../data/${table}.csv`, import.meta.url)
const readSql = (name: string): Promise<string> => readFile(new URL(`${name}.sql`, import.meta.url), 'utf8')

/** `socketDir` is the `database_socket_dir` that `holdfast start --json` prints. The first call takes about a second. */
export async function openMusicDatabase({ socketDir }: { socketDir: string }): Promise<MusicDatabase> {
  await connected(socketDir, 'postgres', async (admin) => {
    // Roles belong to the whole server, and two demos may start at once. The lock ends with the connection.
    await admin.query(`select pg_advisory_lock(hashtext('chinook'))`)
    await admin.query(await readSql('reader-role'))
    const { rows } = await admin.query<{ datname: string }>(
      'select datname from pg_database where datallowconn',
    )
    const databases = rows.map(({ datname }) => datname)
    if (!databases.includes('chinook')) await admin.query('create database chinook template template0')
    for (const name of databases.filter((other) => other !== 'chinook')) {
      await admin.query(`revoke connect on database ${pg.escapeIdentifier(name)} from public`)
    }
    await connected(socketDir, 'chinook', load)
  })
  const host = encodeURIComponent(socketDir)
  return { readerUrl: `postgresql://chinook_reader@${host}:5432/chinook?sslmode=disable`, tables }
}

/** All of it in one transaction: what was begun and not finished has never been. */
async function load(admin: pg.Client): Promise<void> {
  const [schema, terms, privileges] = await Promise.all(
    ['schema', 'search-terms', 'reader-privileges'].map(readSql),
  )
  const files = await Promise.all(tables.map((table) => readFile(csvOf(table))))
  const digest = createHash('sha256')
  for (const part of [schema, terms, privileges, ...files]) digest.update(part ?? '')
  const version = `chinook ${digest.digest('hex')}`

  const { rows } = await admin.query<{ comment: string | null }>(
    `select obj_description(to_regnamespace('public'), 'pg_namespace') as comment`,
  )
  if (rows[0]?.comment === version) return
  await admin.query('begin; drop schema if exists public, search cascade; create schema public')
  await admin.query(schema ?? '')
  for (const [index, table] of tables.entries()) {
    const copy = admin.query(copyFrom(`copy ${table} from stdin (format csv, header match)`))
    await pipeline(files.slice(index, index + 1), copy)
  }
  await admin.query('analyze')
  await admin.query(terms ?? '')
  await admin.query(privileges ?? '')
  await admin.query(`comment on schema public is ${pg.escapeLiteral(version)}`)
  await admin.query('commit')
}

async function connected(
  socketDir: string,
  database: string,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ host: socketDir, port: 5432, user: 'holdfast', database, ssl: false })
  client.on('error', () => undefined) // the query that was under way says it
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
