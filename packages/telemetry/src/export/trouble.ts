import { report } from '../report.ts'
import type { MutableCounts } from './delivery-counts.ts'
import type { Outcome } from './outcome.ts'

/** Says once in a process what went wrong with one delivery, and keeps the newest of it in the counts. */
export class Trouble {
  readonly #name: string
  readonly #place: string
  readonly #meanwhile: string
  readonly #counts: MutableCounts

  constructor(name: string, url: string, spoolDir: string | undefined, counts: MutableCounts) {
    this.#name = name
    this.#place = placeOf(url)
    this.#meanwhile =
      spoolDir === undefined ? 'they wait in memory' : `they wait in ${spoolDir} and are sent when it is back`
    this.#counts = counts
  }

  /** `code`: a stable word; what it is about is added to it, so that each delivery has its say. */
  tell(code: string, message: string): void {
    this.#counts.lastError = message
    report.warnOnce(`${code}_${this.#name.toUpperCase()}`, `${this.#name} export: ${message}`)
  }

  /** An attempt failed; said aloud when it is not the first in a row. */
  away(reason: string, isDown: boolean): void {
    this.#counts.lastError = reason
    report.debug(`${this.#name} export: ${reason}`)
    if (!isDown) return
    const message = `${this.#place} does not take spans now (${reason}); ${this.#meanwhile}`
    report.warnOnce(`HOLDFAST_AWAY_${this.#name.toUpperCase()}`, `${this.#name} export: ${message}`)
  }

  /** The server has answered, for good. */
  answered(outcome: Exclude<Outcome, { kind: 'retry' }>): void {
    if (outcome.kind === 'refused') {
      this.tell(
        'HOLDFAST_REFUSED',
        `${this.#place} refuses spans for good (${outcome.reason}); they are counted`,
      )
    } else if (outcome.rejectedSpans > 0) {
      this.tell(
        'HOLDFAST_REJECTED',
        `${this.#place} rejected ${outcome.rejectedSpans} spans (${outcome.message})`,
      )
    } else if (outcome.message !== '') {
      this.tell('HOLDFAST_SERVER_WARNING', `${this.#place} warns: ${outcome.message}`)
    }
  }
}

/** Without what could be a secret: user, path and query. */
function placeOf(url: string): string {
  return URL.canParse(url) && /^https?:/i.test(url) ? new URL(url).origin : url
}
