import { EngineError, type Analysis, type EngineToken } from '../nlp-engine.ts'
import type { SplitText } from '../split-words.ts'

/** One question on its way: it is answered or rejected once, be it by its answer, its time-out or its caller. */
export class Question {
  readonly tokens: readonly EngineToken[]
  readonly words: readonly string[]
  readonly answer: Promise<Analysis>
  /** How many processes were lost while they worked on it. */
  losses = 0
  #isSettled = false
  readonly #settle: (settle: () => void) => void
  readonly #resolve: (analysis: Analysis) => void
  readonly #reject: (error: unknown) => void

  constructor({ tokens, words }: SplitText, timeoutMs: number, signal: AbortSignal | undefined) {
    this.tokens = tokens
    this.words = words
    const { promise, resolve, reject } = Promise.withResolvers<Analysis>()
    this.answer = promise
    this.#resolve = resolve
    this.#reject = reject
    // This timer keeps the process alive while somebody waits; nothing else of the engine does.
    const timer = setTimeout(() => {
      this.reject(new EngineError('ENGINE_TIMEOUT', `spaCy did not answer within ${timeoutMs} ms`))
    }, timeoutMs)
    const abort = (): void => this.reject(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    this.#settle = (settle) => {
      if (this.#isSettled) return
      this.#isSettled = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      settle()
    }
  }

  get isSettled(): boolean {
    return this.#isSettled
  }

  resolve(analysis: Analysis): void {
    this.#settle(() => this.#resolve(analysis))
  }

  reject(error: unknown): void {
    this.#settle(() => this.#reject(error))
  }
}
