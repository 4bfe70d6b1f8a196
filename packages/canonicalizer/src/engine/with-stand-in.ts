// An engine that has another one to answer in its place while it is away. What patterns match is the same in both, so
// who asks gets the same answer; only hints are missing. The stand-in is opened when it is first needed.
//
// Sets of patterns are the first engine's to take: while it is away none is put in force, and the old one stays in both.
import type { PatternSet } from '../patterns/pattern-set.ts'
import { EngineError, type NlpEngine } from './nlp-engine.ts'

/** @param openStandIn of it `setPatterns` is called before it is asked */
export function withStandIn(first: NlpEngine, openStandIn: () => Promise<NlpEngine>): NlpEngine {
  let inForce: PatternSet | undefined
  let standIn: Promise<NlpEngine> | undefined
  let isClosed = false
  let hasWarned = false

  function isAway(error: unknown): error is EngineError {
    return !isClosed && error instanceof EngineError && error.code === 'ENGINE_GONE'
  }

  async function open(): Promise<NlpEngine> {
    const engine = await openStandIn()
    for (let given: PatternSet | undefined; given !== inForce;) {
      given = inForce
      if (given !== undefined) await engine.setPatterns(given)
    }
    if (isClosed) await engine.close()
    return engine
  }

  function warn(error: EngineError): void {
    if (hasWarned) return
    hasWarned = true
    process.emitWarning(`${first.name} is away, another engine answers in its place: ${error.message}`, {
      type: 'HoldfastCanonicalizerWarning',
      code: 'HOLDFAST_ENGINE',
    })
  }

  return {
    name: first.name,
    model: first.model,
    ensurePlace() {
      try {
        first.ensurePlace()
      } catch (error) {
        if (!isAway(error)) throw error
      }
    },
    async analyse(text, options) {
      try {
        return await first.analyse(text, options)
      } catch (error) {
        if (!isAway(error)) throw error
        warn(error)
        standIn ??= open()
        standIn.catch(() => (standIn = undefined)) // it is opened again for the next question
        return await (await standIn).analyse(text, options)
      }
    },
    async setPatterns(patterns) {
      await first.setPatterns(patterns)
      inForce = patterns
      // Where it does not open, there is nothing to tell it.
      const opened = await standIn?.catch(() => undefined)
      await opened?.setPatterns(patterns)
    },
    async close() {
      isClosed = true
      await first.close()
      const opened = await standIn?.catch(() => undefined)
      await opened?.close()
    },
  }
}
