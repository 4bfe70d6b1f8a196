// An agent whose server does not answer, or is not there: it ends in time, says once where its spans are, and a kill -9
// costs the last seconds.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, rename } from 'node:fs/promises'
import net, { type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { startHttpServer } from './export/test-server.ts'
import { atEnd, makeFolder, until } from './export/test-stage.ts'

const fixture = join(import.meta.dirname, 'server-away.fixture.ts')
const warning = 'otlp export: cannot deliver to'

/** Takes connections and never says a word. */
async function startSilentServer(t: TestContext): Promise<string> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => socket.destroy()))
    socket.resume()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  atEnd(t, () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function startAgent(
  t: TestContext,
  how: string,
  env: Record<string, string>,
): { child: ChildProcess; stderr: () => string } {
  const child = spawn(process.execPath, [fixture, how], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, OTEL_EXPORTER_OTLP_TIMEOUT: '600000', ...env },
  })
  atEnd(t, () => child.kill('SIGKILL'))
  let text = ''
  child.stderr?.on('data', (chunk: Buffer) => (text += String(chunk)))
  return { child, stderr: () => text }
}

async function runAgent(t: TestContext, how: string, env: Record<string, string>): Promise<string> {
  const { child, stderr } = startAgent(t, how, env)
  assert.deepEqual(await once(child, 'close'), [0, null], `${how}: ${stderr()}`)
  return stderr()
}

async function listSpool(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true })
  return files.filter((name) => name.endsWith('.pb')).map((name) => join(folder, name))
}

async function readSpool(folder: string): Promise<string> {
  const files = await Promise.all((await listSpool(folder)).map((file) => readFile(file, 'latin1')))
  return files.join('\n')
}

const protocols = ['grpc', 'http/protobuf']

test('an agent whose server is silent ends soon, with its spans on disk, and says so once', async (t) => {
  const endpoint = await startSilentServer(t)
  const ends = protocols.flatMap((protocol) => ['end', 'shutdown'].map((how) => ({ protocol, how })))
  for (const { protocol, how } of ends) {
    const folder = await makeFolder(t)
    const said = await runAgent(t, how, {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      TELEMETRY_SPOOL_DIR: folder,
    })
    assert.ok((await readSpool(folder)).includes('done'), `${protocol}, ${how}`)
    assert.equal(said.split(warning).length, 2, said)
    assert.ok(said.includes(`${endpoint} now (no answer within`), said)
    assert.ok(said.includes(`; spans are kept in ${folder}/otlp-`), said)
  }
})

test('an agent whose server is not there ends well and says once where its spans are, however it ends', async (t) => {
  const ends = protocols.flatMap((protocol) => ['end', 'shutdown', 'exit'].map((how) => ({ protocol, how })))
  for (const { protocol, how } of ends) {
    const folder = await makeFolder(t)
    const said = await runAgent(t, how, {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', // nobody listens there
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      TELEMETRY_SPOOL_DIR: folder,
    })
    assert.ok((await readSpool(folder)).includes('done'), `${protocol}, ${how}`)
    assert.equal(said.split(warning).length, 2, `${protocol}, ${how}: ${said}`)
    assert.match(said, /http:\/\/127\.0\.0\.1:9 now \([^)]*ECONNREFUSED/)
    assert.match(said, /spans are kept in .* and sent when it is back/)
  }
})

for (const protocol of protocols) {
  test(`${protocol}: kill -9 while the server is silent leaves on disk what is older than a few seconds`, async (t) => {
    const folder = await makeFolder(t)
    const { child } = startAgent(t, 'run on', {
      OTEL_EXPORTER_OTLP_ENDPOINT: await startSilentServer(t),
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_BSP_SCHEDULE_DELAY: '100',
      TELEMETRY_SPOOL_DIR: folder,
    })
    // No request fails within this test.
    await until(async () => (await readSpool(folder)).includes('work 200;'))
    child.kill('SIGKILL')
    await once(child, 'close')
    const spooled = await readSpool(folder)
    for (let index = 0; index <= 200; index++) assert.ok(spooled.includes(`work ${index};`), String(index))
  })
}

test('spans that wait for a server at another address are spoken of, and go to the new one when their files are moved', async (t) => {
  const root = await makeFolder(t)
  const server = await startHttpServer(t, () => ({ status: 200 }))
  const env = { TELEMETRY_SPOOL_DIR: root, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }
  await runAgent(t, 'shutdown', { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })
  const [stranded] = await listSpool(root)
  assert.ok(stranded !== undefined)
  const here = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.port}` }
  const said = await runAgent(t, 'shutdown', here)
  assert.match(said, /undelivered spans wait in .*otlp-\w+ \(1 request for http:\/\/127\.0\.0\.1:9\)/)
  const [, target = ''] = /move the files to (.*)/.exec(said) ?? []
  assert.equal(server.taken.length, 1)
  // As somebody would who reads that. The folder is not there yet if nothing ever had to wait for the new address.
  await mkdir(target, { recursive: true })
  await rename(stranded, join(target, stranded.slice(stranded.lastIndexOf('/') + 1)))
  assert.equal((await runAgent(t, 'shutdown', here)).includes('undelivered'), false)
  assert.deepEqual(await listSpool(root), [])
  assert.equal(server.taken.length, 3)
})
