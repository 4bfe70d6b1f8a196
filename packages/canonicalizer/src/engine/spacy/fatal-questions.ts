// Questions that ended the process twice: whoever asks them again and again would keep it from everybody else. They are
// known by a hash, so no text is kept; and for a while only, for it may have been somebody with `kill`.
import { createHash } from 'node:crypto'

const maxKept = 100
const keptMs = 600_000

export class FatalQuestions {
  readonly #until = new Map<string, number>()

  add(words: readonly string[]): void {
    const [oldest] = this.#until.keys()
    if (oldest !== undefined && this.#until.size >= maxKept) this.#until.delete(oldest)
    this.#until.set(hashWords(words), Date.now() + keptMs)
  }

  has(words: readonly string[]): boolean {
    if (this.#until.size === 0) return false
    const hash = hashWords(words)
    const until = this.#until.get(hash)
    if (until === undefined || until > Date.now()) return until !== undefined
    this.#until.delete(hash)
    return false
  }

  /** With other patterns they may be harmless. */
  clear(): void {
    this.#until.clear()
  }
}

function hashWords(words: readonly string[]): string {
  return createHash('sha256').update(words.join(' ')).digest('hex')
}
