import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { FolderLock } from './folder-lock.ts'
import { atEnd, makeFolder, until } from './test-stage.ts'

function openLock(t: TestContext, dir: string): FolderLock {
  const lock = new FolderLock(dir)
  atEnd(t, () => lock.release())
  return lock
}

test('of many who want it at once, one gets it, and the next after a release', async (t) => {
  const dir = await makeFolder(t)
  const locks = Array.from({ length: 10 }, () => openLock(t, dir))
  const taken = await Promise.all(locks.map((lock) => lock.take()))
  assert.equal(taken.filter(Boolean).length, 1)
  const holder = locks[taken.indexOf(true)] as FolderLock
  const other = locks[(taken.indexOf(true) + 1) % 10] as FolderLock
  assert.equal(await holder.take(), true, 'again by its holder')
  assert.equal(await other.take(), false)
  holder.release()
  await until(() => other.take())
  assert.equal(await holder.take(), false)
  assert.equal((await stat(join(dir, 'lock'))).mode & 0o777, 0o600)
})

test('two folders are two locks', async (t) => {
  assert.equal(await openLock(t, await makeFolder(t)).take(), true)
  assert.equal(await openLock(t, await makeFolder(t)).take(), true)
})

test('a folder that is not there cannot be locked', async (t) => {
  await assert.rejects(openLock(t, join(await makeFolder(t), 'nowhere')).take(), { code: 'ENOENT' })
})

test('another process holds it until kill -9, a worker of a cluster among others; it keeps no process alive', async (t) => {
  const dir = await makeFolder(t)
  const program = `
    import cluster from 'node:cluster'
    import { FolderLock } from ${JSON.stringify(new URL('folder-lock.ts', import.meta.url).href)}
    if (cluster.isPrimary && process.argv[2] === 'cluster') {
      const worker = cluster.fork()
      worker.on('message', (message) => console.log(message, worker.process.pid))
    } else {
      const taken = await new FolderLock(${JSON.stringify(dir)}).take()
      if (cluster.isWorker) process.send(taken ? 'taken' : 'not taken')
      else console.log(taken ? 'taken' : 'not taken', process.pid)
      if (process.argv[2] !== 'end') setInterval(() => {}, 1000)
    }`
  const start = (mode: string) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program, '--', 'x', mode], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    atEnd(t, () => child.kill('SIGKILL'))
    return child
  }
  for (const mode of ['alone', 'cluster']) {
    const child = start(mode)
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    const [, word, pid] = /^(\w+) (\d+)/.exec(String(said)) ?? []
    assert.equal(word, 'taken', String(said))
    const ours = openLock(t, dir)
    assert.equal(await ours.take(), false)
    process.kill(Number(pid), 'SIGKILL')
    await until(() => ours.take())
    child.kill('SIGKILL')
    ours.release()
  }
  const [code] = (await once(start('end'), 'exit')) as [number]
  assert.equal(code, 0)
})
