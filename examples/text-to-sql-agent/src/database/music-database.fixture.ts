// For tests: the PostgreSQL that Holdfast embeds, in a folder of its own, with the shop's database in it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { openLog } from '../../../../packages/server/src/log.ts'
import { openEmbeddedServer } from '../../../../packages/server/src/postgres/embedded-server.ts'
import { openMusicDatabase, type MusicDatabase } from './open-music-database.ts'

export interface MusicServer {
  readonly socketDir: string
  readonly music: MusicDatabase
  /** Runs SQL as the superuser. */
  asAdmin<Row extends pg.QueryResultRow>(database: string, sql: string): Promise<Row[]>
  /** Stops PostgreSQL; `start` begins it again on the same data and the same socket. */
  stop(): Promise<void>
  start(): Promise<void>
  /** Stops it for good, and removes its data. */
  close(): Promise<void>
}

export async function startMusicServer(): Promise<MusicServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'music shop '))
  const open = () => openEmbeddedServer({ dataDir, log: openLog('fatal') })
  let server = await open()
  const socketDir = String(server.target.connection.host)
  // Two at once, as two demos may: both get the whole database.
  const [music] = await Promise.all([openMusicDatabase({ socketDir }), openMusicDatabase({ socketDir })])
  return {
    socketDir,
    music,
    async asAdmin<Row extends pg.QueryResultRow>(database: string, sql: string) {
      const admin = new pg.Client({ host: socketDir, user: 'holdfast', database })
      await admin.connect()
      try {
        return (await admin.query<Row>(sql)).rows
      } finally {
        await admin.end()
      }
    },
    stop: () => server.close(),
    start: async () => {
      server = await open()
    },
    close: async () => {
      await server.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
