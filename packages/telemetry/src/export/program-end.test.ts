import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { test, type TestContext } from 'node:test'
import type { DeliveryTarget } from './delivery-target.ts'
import { startGrpcServer, startHttpServer } from './test-server.ts'
import { atEnd, makeFolder } from './test-stage.ts'

const deliveryUrl = new URL('delivery.ts', import.meta.url).href

/** Runs a program that opens a delivery, exports a span, does `then`, and ends by itself. Rejects unless it ends well. */
async function runProgram(
  t: TestContext,
  target: Pick<DeliveryTarget, 'protocol' | 'url'>,
  spoolDir: string | undefined,
  then: string,
): Promise<void> {
  const program = `
    import { openDelivery } from ${JSON.stringify(deliveryUrl)}
    const delivery = openDelivery({
      name: 'test',
      target: { ...${JSON.stringify(target)}, headers: async () => ({}), compression: 'none', timeoutMs: 600_000 },
      serialize: () => Buffer.from('spans'),
      spoolDir: ${JSON.stringify(spoolDir) ?? 'undefined'},
    })
    delivery.export([{}], () => {})
    ${then}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  atEnd(t, () => child.kill('SIGKILL'))
  assert.deepEqual(await once(child, 'exit'), [0, null])
}

async function countSpooled(dir: string): Promise<number> {
  return (await readdir(dir)).filter((name) => name.endsWith('.pb')).length
}

test('a program that ends is not kept alive by idle connections, nor by HTTP requests that nobody answers', async (t) => {
  const dir = await makeFolder(t)
  const http = await startHttpServer(t, (_, index) => (index === 0 ? { status: 200 } : 'hang'))
  await runProgram(t, { protocol: 'http/protobuf', url: http.url }, dir, 'await delivery.forceFlush()')
  assert.equal(http.taken.length, 1)
  await runProgram(t, { protocol: 'http/protobuf', url: http.url }, dir, '')
  const grpc = await startGrpcServer(t, () => Buffer.alloc(0))
  await runProgram(t, { protocol: 'grpc', url: grpc.url }, dir, 'await delivery.forceFlush()')
  assert.equal(grpc.taken.length, 1)
})

test('a program that ends while its server is away is not kept alive by attempts, locks and looks into the spool', async (t) => {
  const dir = await makeFolder(t)
  const http = await startHttpServer(t, () => ({ status: 200 }))
  const grpc = await startGrpcServer(t, () => Buffer.alloc(0))
  await http.close()
  grpc.kill()
  for (const target of [
    { protocol: 'http/protobuf', url: http.url } as const,
    { protocol: 'grpc', url: grpc.url } as const,
  ]) {
    await runProgram(t, target, dir, 'await delivery.forceFlush()')
    await runProgram(t, target, dir, "process.on('exit', () => delivery.spoolSync())")
  }
  assert.equal(await countSpooled(dir), 4)
})

test('a program that ends while its server is silent is kept alive no longer than its last flush', async (t) => {
  const dir = await makeFolder(t)
  const http = await startHttpServer(t, () => 'hang')
  const grpc = await startGrpcServer(t, () => 'hang')
  const end = (bounds: string): string => `await delivery.forceFlush(${bounds}); delivery.letGo()`
  for (const target of [
    { protocol: 'http/protobuf', url: http.url } as const,
    { protocol: 'grpc', url: grpc.url } as const,
  ]) {
    await runProgram(t, target, dir, end(''))
    await runProgram(t, target, undefined, end('{ timeoutMs: 100 }'))
    await runProgram(t, target, dir, 'await delivery.shutdown({ timeoutMs: 100 })')
  }
  assert.equal(await countSpooled(dir), 4)
})
