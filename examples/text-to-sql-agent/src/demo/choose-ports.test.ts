import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { choosePorts } from './choose-ports.ts'

test('usual ports that are free are taken, others are left to whoever has them', async (t) => {
  const other = createServer()
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
  const { port } = other.address() as AddressInfo
  const usual = { HOLDFAST_PORT: port, HOLDFAST_OTLP_HTTP_PORT: port }
  t.after(() => other.close())

  assert.deepEqual(await choosePorts({ HOLDFAST_PORT: '7070' }, usual), {
    settings: { HOLDFAST_OTLP_HTTP_PORT: '0' },
    taken: [port],
  })
  await new Promise((done) => other.close(done))
  assert.deepEqual(await choosePorts({}, usual), {
    settings: { HOLDFAST_PORT: String(port), HOLDFAST_OTLP_HTTP_PORT: String(port) },
    taken: [],
  })
})
