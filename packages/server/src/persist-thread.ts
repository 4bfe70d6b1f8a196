/**
 * Entry of a persist thread: one persist loop with its own connections, store writer and heap. Started by the
 * coordinator; beside server.ts the only file that puts rooms together.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { runPersistLoop } from './persist/persist-loop.ts'
import { stopOrders, type ThreadData, type ThreadMessage } from './persist/thread-messages.ts'
import { WorkSignal } from './queue/work-signal.ts'
import { HandoverReader } from './queue/handover.ts'
import { connectClient, openPool, type DatabaseTarget } from './postgres/pool.ts'
import { BodyWriter } from './store/postgres/write-bodies.ts'

const data = workerData as ThreadData<DatabaseTarget>
const signal = new WorkSignal(data.signal)
const stopFlag = new Int32Array(data.stop)

function post(message: ThreadMessage): void {
  parentPort!.postMessage(message)
}

const onError = (error: Error): void => post({ type: 'database-lost', message: error.message })

// The dictionaries' connection: their ids are committed apart from the transaction that uses them.
const pool = openPool(data.database, { name: 'dictionary', max: 1, onError })
const writer = new BodyWriter(pool)

// Waiting for a signal does not keep a thread alive, and while its connection is lost nothing else would.
const alive = setInterval(() => undefined, 2 ** 31 - 1)

await runPersistLoop({
  connect: (onBroken) => connectClient(data.database, { name: 'persist', onError: onBroken }),
  store: {
    write: (transaction, bodies) => writer.write(transaction as Parameters<typeof writer.write>[0], bodies),
  },
  handover: new HandoverReader(data.handover, data.number),
  maxAttempts: data.maxAttempts,
  maxClaimBytes: data.maxClaimBytes,
  leaseMs: data.leaseMs,
  waitForWork: () => signal.wait(data.pollMs),
  stopping: () => stopOrders[Atomics.load(stopFlag, 0)] ?? 'now',
  onPersisted: (persisted) => post({ type: 'persisted', persisted }),
  onTrouble: (trouble) => post({ type: 'trouble', trouble }),
  onDatabaseLost: (error) => onError(error as Error),
})
await pool.end()
clearInterval(alive)
