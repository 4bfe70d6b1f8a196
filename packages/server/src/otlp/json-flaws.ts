/**
 * What was wrong with single spans of a JSON request, and with single strings, for partial_success.error_message: what
 * kind of mistake and where the first one was, never content.
 */
export class JsonFlaws {
  rejectedSpans = 0
  replacedStrings = 0
  /** Spans by what was wrong with them first. */
  readonly #counts = new Map<string, number>()
  #firstFlaw = ''
  #firstReplacement = ''
  #spanFlaw: string | undefined
  #replacedBefore = 0
  #firstReplacementBefore = ''

  beginSpan(): void {
    this.#spanFlaw = undefined
    this.#replacedBefore = this.replacedStrings
    this.#firstReplacementBefore = this.#firstReplacement
  }

  /** The span that is being read cannot be kept. @param path called only for the first one of the request */
  noteFlaw(flaw: string, path: () => string): void {
    if (this.#spanFlaw !== undefined) return
    this.#spanFlaw = flaw
    if (this.#firstFlaw === '') this.#firstFlaw = `${path()}: ${flaw}`
  }

  noteReplacement(path: () => string): void {
    if (this.replacedStrings++ === 0) this.#firstReplacement = path()
  }

  /** @returns whether the span is to be left out; what was replaced in it does not count then */
  endSpan(): boolean {
    const flaw = this.#spanFlaw
    if (flaw === undefined) return false
    this.rejectedSpans++
    this.#counts.set(flaw, (this.#counts.get(flaw) ?? 0) + 1)
    this.replacedStrings = this.#replacedBefore
    this.#firstReplacement = this.#firstReplacementBefore
    return true
  }

  /** Empty when nothing was wrong. */
  describe(): string {
    const sentences: string[] = []
    if (this.rejectedSpans > 0) {
      const kinds = [...this.#counts].map(([flaw, count]) => `${count} with "${flaw}"`)
      const spans = this.rejectedSpans === 1 ? '1 span' : `${this.rejectedSpans} spans`
      sentences.push(
        `${spans} rejected for a value that its field cannot hold: ${kinds.join(', ')}; the first is ${this.#firstFlaw}`,
      )
    }
    if (this.replacedStrings > 0) {
      const strings =
        this.replacedStrings === 1
          ? '1 string holds what is not Unicode text'
          : `${this.replacedStrings} strings hold what is not Unicode text`
      sentences.push(
        `${strings} (half a surrogate pair, or bytes that are not UTF-8), stored with U+FFFD in its place; ` +
          `the first is ${this.#firstReplacement}`,
      )
    }
    return sentences.join('. ')
  }
}
