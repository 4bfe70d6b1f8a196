import type { PatternSet } from '../../patterns/pattern-set.ts'
import { keepAlive } from './keep-alive.ts'
import type { SpacyProcess } from './spacy-process.ts'

/** A set on its way to spaCy. */
export class PatternSwap {
  readonly set: PatternSet
  readonly done: Promise<void>
  /** How many processes were lost while they loaded it. */
  losses = 0
  /** Which process has begun to load it. */
  loadedBy: SpacyProcess | undefined
  readonly resolve: () => void
  readonly reject: (error: unknown) => void

  constructor(set: PatternSet) {
    this.set = set
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.done = promise.finally(keepAlive())
    this.resolve = resolve
    this.reject = reject
  }
}
