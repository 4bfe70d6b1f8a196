// Every call of the database goes through here: a connection of the pool, a read-only transaction that is always rolled back,
// and a CLIENT span by OpenTelemetry's conventions for databases.
import { SpanKind } from '@opentelemetry/api'
import type { TelemetryService } from '@holdfast/telemetry'
import pg from 'pg'

export interface DatabaseCall {
  /** The table that is read, where one is known. */
  readonly collection?: string
  /** What is recorded of the statement, where content may be (TELEMETRY_CAPTURE_CONTENT). */
  readonly sql: string
}

export interface ShopReader {
  /** Rejects with PostgreSQL's DatabaseError, or with what kept it from answering. */
  read<Row>(call: DatabaseCall, work: (client: pg.ClientBase) => Promise<Row[]>): Promise<Row[]>
  close(): Promise<void>
}

const statementTimeoutMs = 5_000
/** PostgreSQL ends a statement by itself; this is for one that no longer answers. A little later, so that its error is seen. */
const silenceMs = statementTimeoutMs + 2_000

/** Connects when it is asked something, and again after the database was away. */
export function openShopReader(url: string, telemetry: TelemetryService): ShopReader {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'chinook-mcp-server',
    max: 4, // the role has 10 connections
    connectionTimeoutMillis: 3_000,
    query_timeout: silenceMs,
  })
  // A connection that breaks leaves the pool, and the next call opens another. Without listeners it would end the process:
  // the client tells when it is in use, the pool when it is idle.
  const say = (error: Error): void => console.error(`the database closed a connection: ${error.message}`)
  pool.on('connect', (client) => client.on('error', say))
  pool.on('error', () => undefined)

  return {
    async read(call, work) {
      const outcome = await telemetry.span(
        `SELECT ${call.collection ?? 'chinook'}`,
        {
          kind: SpanKind.CLIENT,
          inputs: call.sql,
          attributes: {
            'db.system.name': 'postgresql',
            'db.namespace': 'chinook',
            'db.operation.name': 'SELECT',
            ...(call.collection !== undefined && { 'db.collection.name': call.collection }),
          },
        },
        async (span) => {
          try {
            const rows = await rollBackAfter(pool, work)
            span.setAttributes({ 'db.response.returned_rows': rows.length })
            return { rows }
          } catch (error) {
            span.recordError(error)
            const sqlstate = (error as { code?: unknown }).code
            if (error instanceof pg.DatabaseError) {
              span.setAttributes({ 'error.type': sqlstate, 'db.response.status_code': sqlstate })
            }
            return { error }
          }
        },
      )
      if ('error' in outcome) throw outcome.error
      return outcome.rows
    },
    close: () => pool.end(),
  }
}

async function rollBackAfter<Row>(
  pool: pg.Pool,
  work: (client: pg.ClientBase) => Promise<Row[]>,
): Promise<Row[]> {
  const client = await pool.connect()
  try {
    // Here and not only as the role's setting: whatever a statement changed ends with its transaction.
    await client.query(`begin read only; set local statement_timeout = ${statementTimeoutMs}`)
    const rows = await work(client)
    await client.query('rollback')
    client.release()
    return rows
  } catch (error) {
    // An error of PostgreSQL's leaves a connection that can go on; of any other nobody knows what is still to come on it.
    const usable =
      error instanceof pg.DatabaseError &&
      (await client.query('rollback').then(
        () => true,
        () => false,
      ))
    client.release(!usable)
    throw error
  }
}
