// Writes packages/server/schema.sql from a freshly migrated database: `npm run schema:dump`, after every change of a
// migration. A test compares the two.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { openLog } from '../packages/server/src/log.ts'
import { dumpSchema, schemaHeader } from '../packages/server/src/postgres/dump-schema.ts'
import { embeddedConnection } from '../packages/server/src/postgres/postmaster.ts'
import { startTestServer, templateDatabase } from '../packages/server/src/postgres/test-server.ts'

const server = await startTestServer(openLog('warn'))
try {
  const client = new pg.Client(embeddedConnection(server.socketDir, templateDatabase))
  await client.connect()
  const schema = await dumpSchema(client)
  await client.end()
  await writeFile(join(import.meta.dirname, '../packages/server/schema.sql'), schemaHeader + schema)
} finally {
  await server.stop()
}
