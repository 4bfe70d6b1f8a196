// Which version the database's schema has, and whether this program can work with it. Called at start and
// by the readiness check.
//
// A program accepts its own schema version and the next one: migrations expand first and contract a release later, so that
// workers of two releases can run during an upgrade.
import type pg from 'pg'
import { listMigrations, migrationsDir } from './migrations.ts'

export interface SchemaState {
  /** The number of the newest applied migration; 0: none. */
  readonly current: number
  /** The number of the newest migration this program knows. */
  readonly expected: number
}

export type SchemaCheck =
  | { readonly kind: 'ok'; readonly state: SchemaState }
  /** `message` says what to run or do. */
  | { readonly kind: 'behind' | 'too_new' | 'unknown'; readonly state: SchemaState; readonly message: string }

/** How many versions ahead of this program the schema may be. */
const toleratedVersionsAhead = 1

/** Reads the version of the schema. A database that has none is at 0. Rejects when the database cannot be reached. */
export async function readSchemaState(
  pool: pg.Pool | pg.ClientBase,
  dir: string = migrationsDir,
): Promise<SchemaState> {
  const applied = (await readApplied(pool)) ?? []
  const known = await listMigrations(dir)
  return stateOf(applied, known)
}

/** Says whether this program can work with the schema it finds. Changes nothing. */
export async function checkSchema(
  pool: pg.Pool | pg.ClientBase,
  dir: string = migrationsDir,
): Promise<SchemaCheck> {
  const known = await listMigrations(dir)
  const applied = await readApplied(pool)
  if (applied === undefined) {
    return {
      kind: 'unknown',
      state: stateOf([], known),
      message:
        'This database has a schema otel that Holdfast did not make. Give Holdfast a database of its own, or rename that schema',
    }
  }
  const state = stateOf(applied, known)
  const stranger = applied.slice(0, known.length).find((name, at) => name !== known[at])
  if (stranger !== undefined) {
    return {
      kind: 'unknown',
      state,
      message:
        `The schema was made by another line of Holdfast: it has the migration ${stranger}, which this one does not have ` +
        'at that place. Start the version of Holdfast that made it',
    }
  }
  if (applied.length < known.length) {
    return {
      kind: 'behind',
      state,
      message: `The schema is at version ${state.current} and this Holdfast needs ${state.expected}: run \`holdfast migrate\``,
    }
  }
  if (applied.length > known.length + toleratedVersionsAhead) {
    return {
      kind: 'too_new',
      state,
      message:
        `The schema is at version ${state.current} and this Holdfast knows ${state.expected}, and works with at most ` +
        `${state.expected + toleratedVersionsAhead}: start a newer Holdfast`,
    }
  }
  return { kind: 'ok', state }
}

/** The names of the applied migrations in order; undefined when there is a schema `otel` that is not ours. */
async function readApplied(pool: pg.Pool | pg.ClientBase): Promise<readonly string[] | undefined> {
  const { rows } = await pool.query<{ migrated: boolean; occupied: boolean }>(
    `select to_regclass('otel.migration') is not null as migrated,
            exists (select from pg_class where relnamespace = to_regnamespace('otel')) as occupied`,
  )
  const found = rows[0]
  if (found?.migrated === true) {
    const applied = await pool.query<{ name: string }>('select name from otel.migration order by run_on, id')
    return applied.rows.map((row) => row.name)
  }
  return found?.occupied === true ? undefined : []
}

function stateOf(applied: readonly string[], known: readonly string[]): SchemaState {
  return { current: versionOf(applied.at(-1)), expected: versionOf(known.at(-1)) }
}

/** `0007_redrive` → 7. */
function versionOf(name: string | undefined): number {
  return name === undefined ? 0 : Number.parseInt(name, 10)
}
