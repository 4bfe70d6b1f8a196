import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openPool } from '../postgres/pool.ts'
import { createTestDatabase } from '../postgres/test-database.ts'
import { appendGroup, DoubtfulCommit } from './append-group.ts'
import { buildGroup } from './build-group.ts'
import { makePayload } from './test-queue.ts'

test('an append to a database that fell silent is given up, and its connection with it', async () => {
  await using database = await createTestDatabase()
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-silent-'))
  const { host, port } = database.target.connection
  const sockets = new Set<Socket>()
  let isSilent = false
  // Between us and the server, as a link that loses everything after a failover would be.
  const proxy = createServer((client) => {
    const server = connect(join(host!, `.s.PGSQL.${port}`))
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    client.on('data', (bytes) => void (isSilent || server.write(bytes)))
    server.on('data', (bytes) => void (isSilent || client.write(bytes)))
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(join(dir, `.s.PGSQL.${port}`), resolve))
  const target = { ...database.target, connection: { ...database.target.connection, host: dir } }
  const pool = openPool(target, { name: 'muted', max: 1, onError: () => undefined })
  try {
    const group = buildGroup([makePayload('said')])
    await appendGroup(pool, group)
    isSilent = true
    await assert.rejects(appendGroup(pool, group, undefined, 100), DoubtfulCommit)
    isSilent = false
    await appendGroup(pool, group)
    const { rows } = await database.pool.query(`select from otel.ingestion_queue`)
    assert.equal(rows.length, 2)
  } finally {
    await pool.end()
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => proxy.close(resolve))
    await rm(dir, { recursive: true })
  }
})
