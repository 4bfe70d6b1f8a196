import type { PatternSet } from '../../patterns/pattern-set.ts'

/** A set on its way to spaCy. */
export class PatternSwap {
  readonly set: PatternSet
  readonly done: Promise<void>
  /** How many processes were lost while they loaded it. */
  losses = 0
  readonly resolve: () => void
  readonly reject: (error: unknown) => void

  constructor(set: PatternSet) {
    this.set = set
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    // Somebody waits, and nothing else of the engine keeps the process alive meanwhile.
    const keepAlive = setInterval(() => {}, 0x7fffffff)
    this.done = promise.finally(() => clearInterval(keepAlive))
    this.resolve = resolve
    this.reject = reject
  }
}
