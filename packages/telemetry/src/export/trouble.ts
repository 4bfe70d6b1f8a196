import { report } from '../report.ts'
import type { MutableCounts } from './delivery-counts.ts'
import type { Outcome } from './outcome.ts'
import type { StrandedSpool } from './stranded-spools.ts'

/** Says once in a process what went wrong with one delivery, and keeps the newest of it in the counts. */
export class Trouble {
  readonly #name: string
  readonly #place: string
  readonly #meanwhile: string
  readonly #spoolDir: string | undefined
  readonly #counts: MutableCounts
  #reason: string | undefined

  constructor(name: string, url: string, spoolDir: string | undefined, counts: MutableCounts) {
    this.#name = name
    this.#place = placeOf(url)
    this.#meanwhile =
      spoolDir === undefined
        ? 'spans are kept in memory and sent when it is back'
        : `spans are kept in ${spoolDir} and sent when it is back`
    this.#counts = counts
    this.#spoolDir = spoolDir
  }

  /** `code`: a stable word; what it is about is added to it, so that each delivery has its say. */
  tell(code: string, message: string): void {
    this.#counts.lastError = message
    report.warnOnce(`${code}_${this.#name.toUpperCase()}`, `${this.#name} export: ${message}`)
  }

  /** An attempt failed; said aloud when it is not the first in a row. */
  away(reason: string, isDown: boolean): void {
    this.#counts.lastError = reason
    this.#reason = reason
    report.debug(`${this.#name} export: ${reason}`)
    if (isDown) this.kept(reason)
  }

  /** Spans stay here, for the target does not take them: the newest attempt failed, or as `otherwise` says. */
  kept(otherwise = 'no answer'): void {
    const message = `cannot deliver to ${this.#place} now (${this.#reason ?? otherwise}); ${this.#meanwhile}`
    report.warnOnce(`HOLDFAST_AWAY_${this.#name.toUpperCase()}`, `${this.#name} export: ${message}`)
  }

  /** Nobody sends what lies in folders of other destinations. */
  stranded(folders: readonly StrandedSpool[]): void {
    const list = folders.map(
      ({ dir, destination, fileCount }) =>
        `${dir} (${fileCount} ${fileCount === 1 ? 'request' : 'requests'} for ${destination ?? 'another destination'})`,
    )
    report.warnOnce(
      `HOLDFAST_SPOOL_STRANDED_${this.#name.toUpperCase()}`,
      `${this.#name} export: undelivered spans wait in ${list.join(', ')}: they are sent by the next process that exports there. ` +
        `To have ${this.#place} get them, move the files to ${this.#spoolDir}`,
    )
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
export function placeOf(url: string): string {
  return URL.canParse(url) && /^https?:/i.test(url) ? new URL(url).origin : url
}
