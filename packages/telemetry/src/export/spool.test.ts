import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ExportRequest } from './export-request.ts'
import { Spool } from './spool.ts'
import { makeFolder } from './test-stage.ts'

interface Trouble {
  readonly code: string
  readonly dropped: number
}

function openSpool(dir: string, maxBytes = 1_000_000): Spool & { readonly troubles: Trouble[] } {
  const troubles: Trouble[] = []
  const onTrouble = (code: string, _message: string, dropped: number): void =>
    void troubles.push({ code, dropped })
  return Object.assign(new Spool({ dir, maxBytes, destination: 'a test', onTrouble }), { troubles })
}

function makeRequest(
  text: string,
  spanCount = 1,
  encoding: ExportRequest['encoding'] = 'protobuf',
): ExportRequest {
  return { bytes: Buffer.from(text), spanCount, encoding }
}

async function write(spool: Spool, request: ExportRequest): Promise<string> {
  const name = spool.nameOf(request)
  assert.equal(await spool.write(name, request), true)
  return name
}

async function readAll(spool: Spool): Promise<string[]> {
  const texts: string[] = []
  for (const file of await spool.list()) texts.push(Buffer.from((await spool.read(file)) ?? []).toString())
  return texts
}

test('a request is a file of its own, for its user alone, and comes back whole, oldest first', async (t) => {
  const dir = join(await makeFolder(t), 'deep', 'below')
  const spool = openSpool(dir)
  const json = makeRequest('{"b":1}', 7, 'json')
  await write(spool, makeRequest('a', 3))
  assert.equal(spool.writeSync(spool.nameOf(json), json), true)
  await write(spool, makeRequest('', 0))
  assert.deepEqual(await readAll(openSpool(dir)), ['a', '{"b":1}', ''])
  assert.deepEqual(
    (await spool.list()).map(({ spanCount, byteCount, encoding }) => [spanCount, byteCount, encoding]),
    [
      [3, 1, 'protobuf'],
      [7, 7, 'json'],
      [0, 0, 'protobuf'],
    ],
  )
  assert.equal((await stat(dir)).mode & 0o777, 0o700)
  for (const name of await readdir(dir)) {
    assert.equal((await stat(join(dir, name))).mode & 0o777, 0o600)
    assert.match(name, /\.(pb|json)$|^destination$/)
  }
  assert.equal(await readFile(join(dir, 'destination'), 'utf8'), 'a test')
  assert.deepEqual(spool.troubles, [])
})

test('over its bound the oldest are dropped and counted, for all who share the folder, written in either way', async (t) => {
  const dir = await makeFolder(t)
  const spools = [openSpool(dir, 5 * 4096), openSpool(dir, 5 * 4096)]
  for (let index = 0; index < 12; index++) {
    const spool = spools[index % 2] as Spool
    const request = makeRequest(`request ${index}`, 10)
    if (index % 3 === 0) assert.ok(spool.writeSync(spool.nameOf(request), request))
    else await write(spool, request)
  }
  // Small files count as a block of the disk each. What the other wrote is known after a while, so that both may be over.
  const left = await spools[0]?.list()
  assert.ok(left !== undefined && left.length >= 5 && left.length <= 10, String(left?.length))
  assert.equal((await readAll(spools[0] as Spool)).at(-1), 'request 11')
  const dropped = spools.flatMap(({ troubles }) => troubles).reduce((sum, one) => sum + one.dropped, 0)
  assert.equal(dropped, (12 - left.length) * 10)
})

test('a request larger than the bound is not written, and costs nobody else', async (t) => {
  const spool = openSpool(await makeFolder(t), 10_000)
  await write(spool, makeRequest('small'))
  const large = makeRequest('x'.repeat(20_000))
  assert.equal(await spool.write(spool.nameOf(large), large), false)
  assert.equal(spool.writeSync(spool.nameOf(large), large), false)
  assert.deepEqual(await readAll(spool), ['small'])
})

test('a damaged file is set aside and counted, once', async (t) => {
  const dir = await makeFolder(t)
  const spool = openSpool(dir)
  const cut = await write(spool, makeRequest('will be cut', 2))
  const changed = await write(spool, makeRequest('will change', 4))
  await write(spool, makeRequest('stays'))
  await truncate(join(dir, cut), 3)
  await writeFile(join(dir, changed), 'has changed')
  assert.deepEqual(await readAll(spool), ['', '', 'stays'])
  assert.deepEqual(spool.troubles, [
    { code: 'HOLDFAST_SPOOL_DAMAGED', dropped: 2 },
    { code: 'HOLDFAST_SPOOL_DAMAGED', dropped: 4 },
  ])
  assert.deepEqual(
    (await spool.list()).map(({ isDamaged }) => isDamaged),
    [true, true, false],
  )
  assert.equal(await readFile(join(dir, `${changed}.damaged`), 'utf8'), 'has changed')
})

test('foreign files are left alone; unfinished ones go when their writer cannot be at it any more', async (t) => {
  const dir = await makeFolder(t)
  const spool = openSpool(dir, 4096)
  const name = spool.nameOf(makeRequest('a'))
  await writeFile(join(dir, 'README'), 'mine')
  await writeFile(join(dir, `${name}.tmp`), 'of one who is at it')
  const old = `${spool.nameOf(makeRequest('b'))}.tmp`
  await writeFile(join(dir, old), 'of one who was killed')
  await utimes(join(dir, old), 0, 0)
  await write(spool, makeRequest('c'))
  await write(spool, makeRequest('d'))
  await spool.removeLeftovers()
  assert.deepEqual(await readAll(spool), ['d'])
  const names = await readdir(dir)
  assert.ok(names.includes('README') && !names.includes(old))
  assert.equal(names.length, 3)
})

test('a folder that was deleted is made again', async (t) => {
  const dir = join(await makeFolder(t), 'spool')
  const spool = openSpool(dir)
  await write(spool, makeRequest('a'))
  const [file] = await spool.list()
  await rm(dir, { recursive: true })
  assert.deepEqual(await spool.list(), [])
  assert.ok(file !== undefined)
  assert.equal(await spool.read(file), undefined)
  assert.equal(await spool.remove(file.name), false)
  await spool.removeLeftovers()
  await write(spool, makeRequest('b'))
  await rm(dir, { recursive: true })
  assert.equal(spool.writeSync(spool.nameOf(makeRequest('c')), makeRequest('c')), true)
  assert.deepEqual(await readAll(spool), ['c'])
  assert.deepEqual(spool.troubles, [])
})

test('where nothing can be written it says so and throws nothing', async (t) => {
  const parent = await makeFolder(t)
  await writeFile(join(parent, 'file'), '')
  const spool = openSpool(join(parent, 'file', 'spool'))
  const request = makeRequest('a')
  assert.equal(await spool.write(spool.nameOf(request), request), false)
  assert.equal(spool.writeSync(spool.nameOf(request), request), false)
  assert.ok(spool.troubles.every(({ code, dropped }) => /^HOLDFAST_SPOOL_UN/.test(code) && dropped === 0))
  assert.ok(spool.troubles.length >= 2)
})

test('a name that is taken by a folder is trouble, not a crash', async (t) => {
  const dir = await makeFolder(t)
  const spool = openSpool(dir)
  const request = makeRequest('a')
  const name = spool.nameOf(request)
  await mkdir(join(dir, name, 'in the way'), { recursive: true })
  assert.equal(await spool.write(name, request), false)
  assert.equal(spool.writeSync(name, request), false)
  const [file] = await spool.list()
  assert.ok(file !== undefined)
  assert.equal(await spool.read(file), undefined)
  assert.equal(await spool.remove(name), false)
  assert.ok(!(await readdir(dir)).some((one) => one.endsWith('.tmp')))
})
