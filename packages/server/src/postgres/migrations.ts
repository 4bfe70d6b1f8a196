// Brings the schema `otel` to the version this program was built for. Called by `holdfast migrate`, by `holdfast start`
// on the embedded database, and by the test database.
//
// Guarantees: migrations run one at a time, each run in one transaction; who comes second waits and then finds nothing to
// do. A migration that does not get its locks lets those through who wait behind it, and is tried again. Migrations go forward
// only, and a file that has landed is never edited.
import { readdir } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import type pg from 'pg'
import type { Log } from '../log.ts'
import { describeHolders, SchemaInUse } from './schema-in-use.ts'
import { connectClient, type DatabaseTarget } from './pool.ts'

/** src/postgres/ and the packed dist/postgres/ both stand two levels below the package, where migrations/ is. */
export const migrationsDir = fileURLToPath(new URL('../../migrations', import.meta.url))

/** A migrate that waits longer than this for another one says so. */
const quietWaitMs = 2_000

/** The names of this program's migrations in order, without their extension: `0001_spine`, … */
export async function listMigrations(dir: string = migrationsDir): Promise<readonly string[]> {
  const files = await readdir(dir)
  return files
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .sort()
}

/** How often a migration is tried whose locks others hold, and how long those who waited behind it have until the next time. */
const patience = { attempts: 10, pauseMs: 5_000 }

const lockNotAvailable = '55P03'

/**
 * Applies every migration that has not been applied, all in one transaction. Idempotent; several at once are safe. Rejects
 * when the database cannot be reached, a statement fails (nothing is applied then), or the applied ones are not ours.
 * @throws SchemaInUse when others hold what a migration has to lock, in each of `attempts`
 */
export async function migrate(
  target: DatabaseTarget,
  log: Log,
  dir: string = migrationsDir,
  { attempts, pauseMs }: { attempts: number; pauseMs: number } = patience,
): Promise<{ applied: readonly string[] }> {
  const client = await connectClient(target, {
    name: 'migrate',
    onError: (error) => log.warn({ err: error }, 'the connection of the migration broke'),
  })
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return { applied: await applyMigrations(client, log, dir) }
      } catch (error) {
        if ((error as { code?: unknown }).code !== lockNotAvailable) throw error
        const holders = await describeHolders(client)
        if (attempt >= attempts) throw new SchemaInUse(holders, { cause: error })
        log.warn({ holders, attempt, attempts }, 'the migration waits for others that use its tables')
      }
      await wait(pauseMs)
    }
  } finally {
    await client.end()
  }
}

async function applyMigrations(client: pg.Client, log: Log, dir: string): Promise<readonly string[]> {
  const waiting = setTimeout(
    () => log.info('waiting for another migration of this database to finish'),
    quietWaitMs,
  )
  const quiet = (message: string): void => {
    clearTimeout(waiting)
    log.debug(message)
  }
  try {
    const applied = await runner({
      dbClient: client,
      dir,
      ignorePattern: '(?!.*\\.sql$).*',
      direction: 'up',
      schema: 'public',
      migrationsSchema: 'otel',
      createMigrationsSchema: true,
      migrationsTable: 'migration',
      advisoryLockMode: 'wait',
      checkOrder: true,
      singleTransaction: true,
      logger: { debug: quiet, info: quiet, warn: quiet, error: quiet }, // what fails is thrown as well
    })
    const names = applied.map((migration) => migration.name)
    if (names.length > 0) log.info({ applied: names }, 'schema migrated')
    return names
  } finally {
    clearTimeout(waiting)
  }
}
