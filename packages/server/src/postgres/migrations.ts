// Brings the schema `otel` to the version this program was built for. Called by `holdfast migrate`, by `holdfast start`
// on the embedded database, and by the test database.
//
// Guarantees: migrations run one at a time, each run in one transaction; who comes second waits and then finds nothing to
// do. Migrations go forward only, and a file that has landed is never edited.
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import type { Log } from '../log.ts'
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

/**
 * Applies every migration that has not been applied, all in one transaction. Idempotent; several at once are safe. Rejects
 * when the database cannot be reached, a statement fails (nothing is applied then), or the applied ones are not ours.
 */
export async function migrate(
  target: DatabaseTarget,
  log: Log,
  dir: string = migrationsDir,
): Promise<{ applied: readonly string[] }> {
  const client = await connectClient(target, {
    name: 'migrate',
    onError: (error) => log.warn({ err: error }, 'the connection of the migration broke'),
  })
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
    return { applied: names }
  } finally {
    clearTimeout(waiting)
    await client.end()
  }
}
