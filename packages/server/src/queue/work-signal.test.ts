import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { WorkSignal } from './work-signal.ts'

const forever = 3_600_000

describe('a work signal', () => {
  // Waiting in shared memory does not keep a process alive; a server has its sockets.
  let alive: NodeJS.Timeout
  before(() => {
    alive = setInterval(() => undefined, 60_000)
  })
  after(() => clearInterval(alive))

  /** Two ends of one signal, as two threads have them. */
  function pair() {
    const door = new WorkSignal()
    return { door, thread: new WorkSignal(door.buffer) }
  }

  test('wakes who waits', async () => {
    const { door, thread } = pair()
    const woken = thread.wait(forever)
    door.notify()
    assert.equal(await woken, true)
  })

  test('is not lost between a look and the wait', async () => {
    const { door, thread } = pair()
    // The thread has looked into the queue and found nothing; now comes the append, and then it waits.
    door.notify()
    assert.equal(await thread.wait(forever), true)
  })

  test('is told once: the next wait is for the next signal', async () => {
    const { door, thread } = pair()
    door.notify()
    door.notify()
    assert.equal(await thread.wait(forever), true)
    assert.equal(await thread.wait(1), false)
    const woken = thread.wait(forever)
    door.notify()
    assert.equal(await woken, true)
  })

  test('ends a wait after its time when nobody signals', async () => {
    assert.equal(await pair().thread.wait(1), false)
  })

  test('to all wakes all; to one wakes one, and the others find it when they wait the next time', async () => {
    const { door, thread } = pair()
    const threads = [thread, new WorkSignal(door.buffer), new WorkSignal(door.buffer)]
    const all = Promise.all(threads.map((one) => one.wait(forever)))
    door.notifyAll()
    assert.deepEqual(await all, [true, true, true])
    let woken = 0
    const waits = threads.map(async (one) => {
      await one.wait(forever)
      woken++
    })
    door.notify()
    await Promise.race(waits)
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(woken, 1)
    door.notifyAll()
    await Promise.all(waits)
  })

  test('reaches another thread through shared memory', async () => {
    const signal = new WorkSignal()
    const source = `
      const { workerData, parentPort } = require('node:worker_threads')
      parentPort.once('message', () => {
        const cell = new Int32Array(workerData)
        Atomics.add(cell, 0, 1)
        Atomics.notify(cell, 0)
      })`
    const worker = new Worker(source, { eval: true, workerData: signal.buffer })
    const woken = signal.wait(forever)
    worker.postMessage('now')
    assert.equal(await woken, true)
    await worker.terminate()
  })
})
