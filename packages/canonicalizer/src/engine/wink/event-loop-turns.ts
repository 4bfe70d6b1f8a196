// Lets others have the event loop. Awaiting what is done already never does: a program that asks one question after
// another would read no socket meanwhile.

/** Longest that matching keeps the loop. A question takes some 0.1 ms, so only load or hostile patterns reach it. */
const turnMs = 8

/** Waits for a turn of the loop, when it has had none for too long. */
export class EventLoopTurns {
  private busySinceMs: number | undefined

  /** Whether `wait` should be called before more work. */
  isOverdue(): boolean {
    const now = performance.now()
    if (this.busySinceMs === undefined) {
      this.busySinceMs = now
      setImmediate(() => (this.busySinceMs = undefined))
    }
    return now - this.busySinceMs >= turnMs
  }

  async wait(): Promise<void> {
    await new Promise((done) => setImmediate(done))
  }
}
