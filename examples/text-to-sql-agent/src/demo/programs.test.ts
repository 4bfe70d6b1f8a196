import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openPrograms } from './programs.ts'

const env = process.env as Record<string, string>
const never = new AbortController().signal
const saysReady = `console.log(JSON.stringify({ pid: process.pid }))`
const goesOn = `${saysReady}; setInterval(() => {}, 1000)`

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('the programs of the demo', () => {
  let dir = ''
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'holdfast demo '))
  })
  after(() => rm(dir, { recursive: true }))

  test('all end when the demo is done, the last first, and with them what they left behind', async () => {
    const ended: string[] = []
    let leftBehind: number
    {
      await using programs = openPrograms(dir, never)
      const first = programs.start({ title: 'the first', args: ['-e', goesOn], env })
      const parent = `require('node:child_process').spawn('sleep', ['600'], { stdio: 'ignore' }).once('spawn', function () {
        console.log(JSON.stringify({ pid: this.pid })); setInterval(() => {}, 1000)
      })`
      const second = programs.start({ title: 'the second', args: ['-e', parent], env })
      await first.ready
      leftBehind = Number((await second.ready)['pid'])
      for (const program of [first, second]) void program.ended.then(() => ended.push(program.title))
    }
    assert.deepEqual(ended, ['the second', 'the first'])
    while (isRunning(leftBehind)) await delay(10)
  })

  test('one that does not listen is killed', async () => {
    await using programs = openPrograms(dir, never)
    const deaf = programs.start({
      title: 'the deaf',
      args: ['-e', `process.on('SIGTERM', () => {}); ${goesOn}`],
      env,
      stopWithinMs: 50,
    })
    await deaf.ready
    await deaf.stop()
    assert.equal(await deaf.ended, 'SIGKILL')
  })

  test('one that does not start says why, without its log, and where all of it is', async () => {
    await using programs = openPrograms(dir, never)
    const script = `console.error('{"level":30}'); console.error('the port is taken'); process.exit(3)`
    const { ready } = programs.start({ title: 'the MCP server', args: ['-e', script], env })
    await assert.rejects(ready, (error: Error) => {
      assert.match(error.message, /^the MCP server did not start \(3\): the port is taken\n/)
      assert.ok(error.message.includes(join(dir, 'MCP-server.log')))
      return true
    })
  })

  test('one that says something else than that it is ready', async () => {
    await using programs = openPrograms(dir, never)
    const { ready } = programs.start({ title: 'the model', args: ['-e', `console.log('hello')`], env })
    await assert.rejects(ready, /should have said in JSON that it is ready, and said: hello/)
  })

  test('none is started once the demo is to stop', async () => {
    const reason = new Error('stopped')
    await using programs = openPrograms(dir, AbortSignal.abort(reason))
    assert.throws(() => programs.start({ title: 'the late', args: [], env }), reason)
  })

  test('all end when the demo is killed, too', async (t) => {
    const module = JSON.stringify(new URL('programs.ts', import.meta.url).href)
    const demo = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `import { openPrograms } from ${module}
       const programs = openPrograms(${JSON.stringify(dir)}, new AbortController().signal)
       const one = programs.start({ title: 'the orphan', args: ['-e', ${JSON.stringify(goesOn)}], env: process.env })
       console.log((await one.ready).pid)`,
    ])
    t.after(() => demo.kill('SIGKILL'))
    const [line] = (await once(createInterface({ input: demo.stdout }), 'line')) as [string]
    assert.ok(isRunning(Number(line)))
    demo.kill('SIGKILL')
    while (isRunning(Number(line))) await delay(10)
  })
})
