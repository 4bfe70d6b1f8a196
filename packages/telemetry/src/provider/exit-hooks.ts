// The end of the process. At `beforeExit` there is time to deliver; at `exit`, and at a signal that would end the
// process, there is none, and what is in memory goes to disk. A signal that others listen to is theirs: they decide
// whether the process ends, and `exit` comes when it does.

export interface ExitSteps {
  /** There is time; never rejects. */
  readonly deliver: () => Promise<void>
  /** There is none. Called again when the process goes on after all, and ends later. */
  readonly endNow: () => void
  /** Grows with everything that was taken, so that nothing is delivered twice. */
  readonly takenCount: () => number
}

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
/** Whoever lives so long after a signal that ends processes is not ended by it. */
const survivedMs = 100

/** Registers the hooks; the result takes them away. */
export function hookExit(steps: ExitSteps): () => void {
  let deliveredAt = -1
  let isHooked = true
  const onBeforeExit = (): void => {
    // Delivering wakes the event loop, and so brings the next `beforeExit`.
    if (steps.takenCount() === deliveredAt) return
    void steps.deliver().then(() => (deliveredAt = steps.takenCount()))
  }
  const onSignal = (signal: NodeJS.Signals): void => {
    // A handler of the application's that shuts down has the time to deliver: on disk, spans would wait for the next start.
    if (othersWait(signal)) return
    steps.endNow()
    process.removeListener(signal, onSignal)
    process.kill(process.pid, signal)
    // The first process of a container is not ended by a signal that it does not listen to.
    setTimeout(() => isHooked && listen(signal), survivedMs).unref()
  }
  // Before all others: of theirs, one that listens once is no longer there when it is its turn.
  const listen = (signal: NodeJS.Signals): void => void process.prependListener(signal, onSignal)
  const unhook = (): void => {
    isHooked = false
    process.removeListener('beforeExit', onBeforeExit)
    process.removeListener('exit', steps.endNow)
    for (const signal of signals) process.removeListener(signal, onSignal)
  }
  process.on('beforeExit', onBeforeExit)
  process.on('exit', steps.endNow)
  for (const signal of signals) listen(signal)
  return unhook
}

// The package signal-exit, which is everywhere, also ends the process only when it is alone. Two that are so polite
// would wait for each other for ever; so its listeners, which it counts in public, do not count here.
function othersWait(signal: NodeJS.Signals): boolean {
  const polite = countOf(Reflect.get(globalThis, Symbol.for('signal-exit emitter')))
  const politeOfOld = countOf(Reflect.get(process, '__signal_exit_emitter__'))
  return process.listenerCount(signal) - 1 > polite + politeOfOld
}

function countOf(emitter: unknown): number {
  const count = (emitter as { count?: unknown } | undefined)?.count
  return typeof count === 'number' ? count : 0
}
