// A connection for one command. `pg` is the user's, for few need it.
import type { Client } from 'pg'
import { BadUsage } from './command.ts'

export interface OpenDatabase extends AsyncDisposable {
  readonly client: Client
}

const connectTimeoutMs = 10_000

/** Rejects with what to do, and never with the password. */
export async function openDatabase(databaseUrl: string | undefined): Promise<OpenDatabase> {
  const connectionString = databaseUrl ?? process.env['DATABASE_URL']
  if (!connectionString) throw new BadUsage('name a database with --database-url or in DATABASE_URL')
  const { default: pg } = await import('pg').catch((error: unknown) => {
    throw new Error('this needs the package pg beside this one: npm install pg', { cause: error })
  })
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'holdfast-canonicalizer',
  })
  try {
    await client.connect()
  } catch (error) {
    throw new Error(`the database cannot be reached: ${messageOf(error)}`, { cause: error })
  }
  return { client, [Symbol.asyncDispose]: () => client.end() }
}

/** Where a name has several addresses, the error is a list without a message. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
