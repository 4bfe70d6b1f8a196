// Questions that wait for the process. Bounded; those whose caller gave up take no place.
import { EngineError } from '../nlp-engine.ts'
import type { Question } from './question.ts'

/** Together with the longest texts there are; a batch of ordinary questions has some 300 words. */
const maxBatchWords = 4_000

export class QuestionQueue {
  #waiting: Question[] = []
  readonly #maxWaiting: number

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting
  }

  get length(): number {
    return this.#waiting.length
  }

  /** Throws an EngineError, `ENGINE_BUSY`, when there is no place. */
  ensurePlace(): void {
    if (this.#waiting.length < this.#maxWaiting) return
    this.#forgetSettled()
    if (this.#waiting.length < this.#maxWaiting) return
    throw new EngineError('ENGINE_BUSY', `${this.#maxWaiting} questions wait for spaCy already`)
  }

  add(question: Question): void {
    this.#waiting.push(question)
  }

  /** Again, before all others, in their order. They had their place. */
  putBack(questions: readonly Question[]): void {
    this.#waiting.unshift(...questions)
  }

  /** The next questions to hand over together; none when nobody waits. One that was there when a process was lost goes alone. */
  takeBatch(maxQuestions: number): Question[] {
    this.#forgetSettled()
    const batch: Question[] = []
    let words = 0
    for (const question of this.#waiting) {
      words += question.words.length
      const fits = batch.length < maxQuestions && words <= maxBatchWords && question.losses === 0
      if (batch.length > 0 && !fits) break
      batch.push(question)
      if (question.losses > 0) break
    }
    this.#waiting.splice(0, batch.length)
    return batch
  }

  rejectAll(error: EngineError): void {
    for (const question of this.#waiting.splice(0)) question.reject(error)
  }

  #forgetSettled(): void {
    if (this.#waiting.some((question) => question.isSettled)) {
      this.#waiting = this.#waiting.filter((question) => !question.isSettled)
    }
  }
}
