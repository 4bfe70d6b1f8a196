// Follows the sources while questions are asked: looks at intervals whether something changed, reads all of it, and swaps
// the set as a whole.
//
// Guarantees: a set with any bad pattern is not put in force, nor one that cannot be read; the old one stays, and who
// runs the program is told, once each. Never throws into the program, and does not keep it alive.
import { readSources, type PatternSource } from './pattern-source.ts'
import { describeProblem } from './parse-patterns.ts'
import type { PatternProblem, PatternSet } from './pattern-set.ts'

/** What came of a look at the sources. */
export type ReloadOutcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'swapped'; readonly set: PatternSet }
  /** Some patterns are bad. */
  | { readonly kind: 'refused'; readonly problems: readonly PatternProblem[] }
  /** A source cannot be reached, or the engine did not take the set; tried again at the next look. */
  | { readonly kind: 'failed'; readonly error: Error }

export interface WatchOptions {
  readonly sources: readonly PatternSource[]
  /** What is in force already, so that it is not set again. */
  readonly current?: PatternSet
  /** Puts a set in force; `engine.setPatterns`. */
  readonly setPatterns: (set: PatternSet) => Promise<void>
  /** Between looks; 5 s by default. */
  readonly intervalMs?: number
  /** Hears of everything but `unchanged`. */
  readonly onReload?: (outcome: ReloadOutcome) => void
}

export interface PatternWatch {
  /** Looks now. Of looks that were asked for at once each has its own turn. */
  reload(): Promise<ReloadOutcome>
  /** No further looks; resolves when the one under way has ended. */
  close(): Promise<void>
}

const defaultIntervalMs = 5_000
/** Of different troubles, between two swaps. */
const maxTold = 20

export function watchPatterns(options: WatchOptions): PatternWatch {
  const { sources, setPatterns, intervalMs = defaultIntervalMs, onReload } = options
  /** What the sources said when they were last read, good or bad. */
  let lastSeen: string | undefined
  let inForce = options.current?.version
  let turn: Promise<unknown> = Promise.resolve()
  let isClosed = false
  const told = new Set<string>()

  async function look(): Promise<ReloadOutcome> {
    if (isClosed) return { kind: 'unchanged' }
    try {
      const versions = await Promise.all(sources.map((source) => source.readVersion()))
      const seen = JSON.stringify(versions)
      if (seen === lastSeen) return { kind: 'unchanged' }
      // The version was asked for first: what changes in between is seen at the next look.
      const reading = await readSources(sources)
      if (!reading.ok) {
        lastSeen = seen
        return { kind: 'refused', problems: reading.problems }
      }
      if (reading.set.version === inForce) {
        lastSeen = seen
        return { kind: 'unchanged' }
      }
      try {
        await setPatterns(reading.set)
      } catch (error) {
        // Asking again would not help; anything else, such as a process that is being restarted, may pass.
        if ((error as { readonly code?: unknown }).code === 'ENGINE_PATTERNS') lastSeen = seen
        throw error
      }
      lastSeen = seen
      inForce = reading.set.version
      told.clear() // what is wrong after this is new
      return { kind: 'swapped', set: reading.set }
    } catch (error) {
      return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) }
    }
  }

  async function tell(outcome: ReloadOutcome): Promise<ReloadOutcome> {
    // Before there is any set, whoever opens this hears of it from the outcome, and nothing stays in force.
    const trouble = inForce === undefined ? undefined : describeTrouble(outcome)
    if (trouble !== undefined) warn(`the patterns are not changed, the old ones stay in force: ${trouble}`)
    if (outcome.kind === 'unchanged') return outcome
    try {
      onReload?.(outcome)
    } catch (error) {
      warn(`onReload throws: ${error instanceof Error ? error.message : String(error)}`)
    }
    return outcome
  }

  function warn(message: string): void {
    if (told.has(message) || told.size >= maxTold) return
    told.add(message)
    process.emitWarning(message, { type: 'HoldfastCanonicalizerWarning', code: 'HOLDFAST_PATTERNS' })
  }

  function reload(): Promise<ReloadOutcome> {
    const mine = turn.then(look).then(tell)
    turn = mine
    return mine
  }

  let isLooking = false
  const timer = setInterval(() => {
    if (isLooking) return // a slow source is not asked twice
    isLooking = true
    void reload().finally(() => (isLooking = false))
  }, intervalMs)
  timer.unref()

  return {
    reload,
    async close() {
      isClosed = true
      clearInterval(timer)
      await turn
    },
  }
}

function describeTrouble(outcome: ReloadOutcome): string | undefined {
  if (outcome.kind === 'refused') return outcome.problems.slice(0, 5).map(describeProblem).join('; ')
  return outcome.kind === 'failed' ? outcome.error.message : undefined
}
