import type { Outcome } from './outcome.ts'

/** Who is at the other end. `other`: it takes spans, or refuses them, and does not say that it is Holdfast. */
export type ServerName = 'unknown' | 'holdfast' | 'other'

/**
 * Who the server is, by its newest answer. A failure makes it unknown again: what comes back at the same address may be
 * another.
 */
export class ServerIdentity {
  name: ServerName = 'unknown'

  /** `asked`: the request had no other purpose, so that a refusal is an answer too. Holdfast does not refuse it. */
  learn(outcome: Outcome, asked: boolean): void {
    if (outcome.kind === 'delivered') this.name = outcome.isHoldfast === true ? 'holdfast' : 'other'
    else if (outcome.kind === 'retry') this.name = 'unknown'
    else if (asked) this.name = 'other'
  }
}
