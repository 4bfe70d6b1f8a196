// Work in small steps, for which others wait no longer than a few milliseconds: 20 000 patterns take seconds to read.

/** Longest that the event loop is kept. */
const turnMs = 8

/** All of the steps; between them others have the event loop. */
export async function inTurns<T>(steps: Generator<void, T, void>): Promise<T> {
  let sinceMs = performance.now()
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value
    if (performance.now() - sinceMs < turnMs) continue
    await new Promise((done) => setImmediate(done))
    sinceMs = performance.now()
  }
}

/** All of the steps, with nothing in between. */
export function atOnce<T>(steps: Generator<void, T, void>): T {
  let step = steps.next()
  while (step.done !== true) step = steps.next()
  return step.value
}
