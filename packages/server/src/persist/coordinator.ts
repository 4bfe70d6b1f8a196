/**
 * PersistenceCoordinator: turns what the queue holds into spans that queries find.
 *
 * It runs a number of persist threads, each claiming, decoding, writing and settling by itself; wakes them when something
 * was appended; starts one anew that died (its claims come back when its connection is gone, with the attempt counted);
 * and at the end lets each finish what it claimed. Guarantees are the queue's and the store's: the threads share nothing
 * but the database. Opened by server.ts.
 */
import { Worker } from 'node:worker_threads'
import type { Log } from '../log.ts'
import type { HandoverWriter } from '../queue/handover.ts'
import type { Persisted, Trouble } from './persist-batch.ts'
import { stopOrders, type ThreadData, type ThreadMessage } from './thread-messages.ts'
import { WorkSignal } from '../queue/work-signal.ts'

export interface CoordinatorOptions extends Omit<ThreadData, 'signal' | 'stop' | 'number'> {
  readonly threads: number
  /** The module a thread runs, which puts its rooms together. */
  readonly threadUrl: URL
  /** The door's side of the handover: told when a thread is gone that may have been reading. */
  readonly handoverWriter: HandoverWriter
  readonly log: Log
  readonly onPersisted: (persisted: Persisted) => void
  readonly onTrouble: (trouble: Trouble) => void
}

export interface PersistenceCoordinator {
  /** Something was appended. */
  wake(): void
  /** Threads that run; fewer than asked for while one is being started anew. */
  readonly runningThreads: number
  /**
   * Persists what can be claimed, up to the bound, then no more than what is claimed. A thread that does not end after
   * that is ended; its claims come back.
   */
  close(timeoutMs: number): Promise<void>
}

const firstRestartMs = 100
const maxRestartMs = 10_000

/** How long the last batch may take when the time to drain is over. */
const lastBatchMs = 5000

// A heap far above what a batch needs: a payload that would take more ends its thread. Buffers are not on it. A small young
// generation keeps 100 MB resident less, at the same processor time: most of what a batch holds is not on the heap.
const threadLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 12 }

export function openCoordinator(options: CoordinatorOptions): PersistenceCoordinator {
  const { log } = options
  const signal = new WorkSignal()
  const stop = new SharedArrayBuffer(4)
  const running = new Set<Worker>()
  const restarts = new Set<NodeJS.Timeout>()
  let closing = false
  let onAllEnded: (() => void) | undefined

  function start(number: number, restartMs: number): void {
    const { database, handover, maxAttempts, maxClaimBytes, leaseMs, pollMs } = options
    const worker = new Worker(options.threadUrl, {
      workerData: {
        number,
        database,
        handover,
        maxAttempts,
        maxClaimBytes,
        leaseMs,
        pollMs,
        signal: signal.buffer,
        stop,
      } satisfies ThreadData,
      resourceLimits: threadLimits,
    })
    running.add(worker)
    let nextRestartMs = restartMs
    worker.on('message', (message: ThreadMessage) => {
      if (message.type === 'persisted') {
        nextRestartMs = firstRestartMs
        options.onPersisted(message.persisted)
      } else if (message.type === 'trouble') {
        logTrouble(log, message.trouble)
        options.onTrouble(message.trouble)
      } else {
        log.warn({ reason: message.message }, 'a persist thread lost the database and connects again')
      }
    })
    worker.on('error', (error) => log.error({ err: error }, 'a persist thread failed'))
    worker.on('exit', () => {
      running.delete(worker)
      options.handoverWriter.forgetReader(number)
      if (running.size === 0) onAllEnded?.()
      if (closing) return
      const timer = setTimeout(() => {
        restarts.delete(timer)
        start(number, Math.min(maxRestartMs, nextRestartMs * 2))
      }, nextRestartMs)
      restarts.add(timer)
    })
  }

  for (let number = 1; number <= options.threads; number++) start(number, firstRestartMs)

  return {
    wake: () => signal.notify(),
    get runningThreads() {
      return running.size
    },
    async close(timeoutMs) {
      closing = true
      for (const timer of restarts) clearTimeout(timer)
      const order = (stopOrder: (typeof stopOrders)[number]): void => {
        Atomics.store(new Int32Array(stop), 0, stopOrders.indexOf(stopOrder))
        signal.notifyAll()
      }
      const ended = new Promise<void>((resolve) => {
        onAllEnded = resolve
        if (running.size === 0) resolve()
      })
      order('drained')
      if (await isWithin(ended, timeoutMs)) return
      log.warn('the queue was not empty in time; what is left is persisted after the next start')
      order('now')
      if (await isWithin(ended, lastBatchMs)) return
      log.warn(
        { threads: running.size },
        'persist threads did not end in time; their claims will be taken up again',
      )
      await Promise.all([...running].map((worker) => worker.terminate()))
    },
  }
}

/** Whether it settles in time. */
async function isWithin(promise: Promise<void>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false)
  })
  const inTime = await Promise.race([promise.then(() => true), timeout])
  clearTimeout(timer)
  return inTime
}

function logTrouble(log: Log, trouble: Trouble): void {
  const fields = { ...trouble, bodyId: trouble.bodyId?.toString() }
  if (trouble.what === 'parked') log.error(fields, 'a payload was parked: it could not be persisted')
  else log.warn(fields, 'a claim was not persisted and is tried again')
}
