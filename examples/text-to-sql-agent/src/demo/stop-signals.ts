import { DemoFailure } from './demo-failure.ts'
import type { Program } from './programs.ts'

export interface StopSignals {
  /** Aborted by the first reason to stop. */
  readonly signal: AbortSignal
  /** `work`; rejects with the reason of the stop where that comes first. */
  unlessStopped<T>(work: Promise<T>): Promise<T>
  /** From now on a program that ends by itself is a reason too. */
  stopIfEnds(program: Program): void
  /** Resolves when somebody wants the end, rejects when something else brings it. */
  waitForSignal(): Promise<void>
}

const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/** Ctrl-C, SIGTERM, a terminal that is closed, a reader of the output that is gone: each ends the demo in good order. */
export function hearStopSignals(heard: () => void): StopSignals {
  const controller = new AbortController()
  const stopped = Promise.withResolvers<never>()
  const signalled = Promise.withResolvers<void>()
  stopped.promise.catch(() => 'told to who waits')
  const stop = (sentence: string, exitCode = 1): void => {
    const reason = new DemoFailure(sentence, exitCode)
    controller.abort(reason)
    stopped.reject(reason)
  }
  for (const [name, exitCode] of Object.entries(exitCodes)) {
    // Further ones change nothing: what is under way is bounded, and Holdfast is not to be killed with its database open.
    process.on(name, () => {
      if (!controller.signal.aborted) heard()
      signalled.resolve()
      stop(`stopped by ${name}`, exitCode)
    })
  }
  process.stdout.on('error', () => stop('nobody reads the output'))
  return {
    signal: controller.signal,
    unlessStopped: (work) => Promise.race([work, stopped.promise]),
    stopIfEnds: (program) =>
      void program.ended.then(
        (how) => stop(`${program.title} ended by itself (${how}): ${program.lastWords()}`),
        (error: Error) => stop(`${program.title} cannot be run: ${error.message}`),
      ),
    waitForSignal: () => Promise.race([signalled.promise, stopped.promise]),
  }
}
