import type { Gate } from './gate.ts'

/** So many failures while the target answered others: then it is not the target's fault alone. */
const maxStrikes = 2
const maxRemembered = 1_000

/** Tells a request that cannot be delivered from a target that is away, so that it does not hold up the others. */
export class Strikes {
  readonly #gate: Gate
  readonly #seen = new Map<string, { strikes: number; answeredCount: number }>()

  constructor(gate: Gate) {
    this.#gate = gate
  }

  /** It failed; true when it should let others go first from now on. */
  add(name: string): boolean {
    const { answeredCount } = this.#gate
    const seen = this.#seen.get(name)
    const isStrike = seen !== undefined && seen.answeredCount < answeredCount
    const strikes = (seen?.strikes ?? 0) + (isStrike ? 1 : 0)
    if (this.#seen.size >= maxRemembered) this.#seen.clear()
    this.#seen.set(name, { strikes, answeredCount })
    return strikes >= maxStrikes
  }
}
