import { backoffMs, type Backoff } from './backoff.ts'
import type { Outcome } from './outcome.ts'

/** Requests under way at a time: enough to hide the round trip, few enough not to crowd a server. */
const maxUnderWay = 4

/** A pass through the gate, handed back with the outcome. */
export interface Pass {
  readonly startedMs: number
}

/**
 * Says when a request may be sent. Every attempt of a delivery, from memory or from disk, passes here: several at a
 * time while all is well; none while the server wants or needs a rest; then one alone, until one succeeds.
 */
export class Gate {
  /** Called when there is room, before those who wait in `enter` are let in. */
  onRoom: () => void = () => {}
  /** Requests that the server answered, for better or worse, since the start. */
  answeredCount = 0
  readonly #backoff: Backoff
  readonly #random: () => number
  readonly #waiting: ((pass: Pass | undefined) => void)[] = []
  #underWay = 0
  #failures = 0
  #lastFailureMs = -1
  #notBeforeMs = 0
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(backoff: Backoff, random: () => number = Math.random) {
    this.#backoff = backoff
    this.#random = random
  }

  /** The newest attempt failed. */
  get isTroubled(): boolean {
    return this.#failures > 0
  }

  /** The failure persists: it was tried again, in vain. */
  get isDown(): boolean {
    return this.#failures > 1
  }

  tryEnter(): Pass | undefined {
    return this.#hasRoom(maxUnderWay) ? this.#start() : undefined
  }

  /** Waits for room that those at `tryEnter` leave; undefined when the gate has been closed. */
  enter(): Promise<Pass | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined)
    return new Promise((letIn) => {
      this.#waiting.push(letIn)
      this.#letIn()
    })
  }

  leave(pass: Pass, outcome: Outcome): void {
    this.#underWay--
    // What began before the newest failure tells nothing new: four that fail together are one failure.
    const isNews = pass.startedMs >= this.#lastFailureMs
    if (outcome.kind !== 'retry') {
      this.answeredCount++
      if (isNews) this.#failures = 0
    } else {
      this.#lastFailureMs = performance.now()
      if (isNews) this.#failures++
      this.#rest(outcome.afterMs)
    }
    this.#wake()
  }

  /** Hands a pass back without having sent anything. */
  withdraw(): void {
    this.#underWay--
    this.#wake()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    for (const letIn of this.#waiting.splice(0)) letIn(undefined)
  }

  #rest(askedMs: number | undefined): void {
    const random = this.#random()
    // Beside what the server asks for, a tenth more at random: it asked many for the same.
    const asked = askedMs === undefined ? 0 : askedMs * (1 + random / 10)
    const waitMs = Math.max(asked, backoffMs(this.#backoff, Math.max(this.#failures, 1), random))
    this.#notBeforeMs = Math.max(this.#notBeforeMs, performance.now() + waitMs)
    clearTimeout(this.#timer)
    if (this.#isClosed) return
    const untilMs = this.#notBeforeMs - performance.now()
    this.#timer = setTimeout(() => this.#wake(), Math.ceil(untilMs) + 1).unref()
  }

  #hasRoom(limit: number): boolean {
    if (this.#isClosed || performance.now() < this.#notBeforeMs) return false
    return this.#underWay < (this.isTroubled ? 1 : limit)
  }

  #start(): Pass {
    this.#underWay++
    return { startedMs: performance.now() }
  }

  #wake(): void {
    this.onRoom()
    this.#letIn()
  }

  #letIn(): void {
    // One place is kept for those at `tryEnter`: what is new goes before what is old.
    while (this.#waiting.length > 0 && this.#hasRoom(maxUnderWay - 1)) this.#waiting.shift()?.(this.#start())
  }
}
