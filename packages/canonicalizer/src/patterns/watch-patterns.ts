// Follows the sources while questions are asked: looks at intervals whether something changed, reads all of it, and swaps
// the set as a whole.
//
// Guarantees: a set with any bad pattern is not put in force, nor one that cannot be read; the old one stays, and who
// runs the program is told, once each. A source that does not answer is given up after `lookTimeoutMs`. Never throws into the program, and does
// not keep it alive.
import { BadPatterns } from './bad-patterns.ts'
import { describeProblem } from './parse-patterns.ts'
import { readSources, type PatternSource } from './pattern-source.ts'
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
  /** Puts a set in force; rejects with BadPatterns where patterns mean nothing, and with `ENGINE_PATTERNS` where an engine does not take them. */
  readonly setPatterns: (set: PatternSet) => Promise<void>
  /** Between looks; 5 s by default. */
  readonly intervalMs?: number
  /** Of the sources together, to say their versions and again to be read; 30 s by default. */
  readonly lookTimeoutMs?: number
  /** Hears of everything but `unchanged`. */
  readonly onReload?: (outcome: ReloadOutcome) => unknown
}

export interface PatternWatch {
  /** Looks now. Of looks that were asked for at once each has its own turn. */
  reload(): Promise<ReloadOutcome>
  /** No further looks; of the one under way only a set that an engine is just taking is waited for. */
  close(): Promise<void>
}

const defaultIntervalMs = 5_000
const defaultLookTimeoutMs = 30_000
/** Of different troubles, between two swaps. */
const maxTold = 20

export function watchPatterns(options: WatchOptions): PatternWatch {
  const { sources, setPatterns, onReload } = options
  const { intervalMs = defaultIntervalMs, lookTimeoutMs = defaultLookTimeoutMs } = options
  /** What the sources said when they were last read, good or bad. */
  let lastSeen: string | undefined
  let inForce = options.current?.version
  let turn: Promise<unknown> = Promise.resolve()
  const closing = new AbortController()
  const told = new Set<string>()

  async function look(isWaitedFor: boolean): Promise<ReloadOutcome> {
    if (closing.signal.aborted) return { kind: 'unchanged' }
    try {
      const versions = await inTime(Promise.all(sources.map((source) => source.readVersion())), isWaitedFor)
      const seen = JSON.stringify(versions)
      if (seen === lastSeen) return { kind: 'unchanged' }
      // The version was asked for first: what changes in between is seen at the next look.
      const reading = await inTime(readSources(sources), isWaitedFor)
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
        const { code } = error as { readonly code?: unknown }
        if (code === 'BAD_PATTERNS' || code === 'ENGINE_PATTERNS') lastSeen = seen
        if (error instanceof BadPatterns) return { kind: 'refused', problems: error.problems }
        throw error
      }
      lastSeen = seen
      inForce = reading.set.version
      told.clear() // what is wrong after this is new
      return { kind: 'swapped', set: reading.set }
    } catch (error) {
      if (closing.signal.aborted) return { kind: 'unchanged' }
      return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) }
    }
  }

  /** Rejects when it takes too long, or once this is closed. */
  async function inTime<T>(work: Promise<T>, isWaitedFor: boolean): Promise<T> {
    const { promise: givenUp, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(new Error(`no answer within ${lookTimeoutMs} ms`)), lookTimeoutMs)
    if (!isWaitedFor) timer.unref()
    const close = (): void => reject(new Error('closed meanwhile'))
    if (closing.signal.aborted) close()
    closing.signal.addEventListener('abort', close, { once: true })
    try {
      return await Promise.race([work, givenUp])
    } finally {
      clearTimeout(timer)
      closing.signal.removeEventListener('abort', close)
    }
  }

  async function tell(outcome: ReloadOutcome): Promise<ReloadOutcome> {
    // Before there is any set, whoever opens this hears of it from the outcome, and nothing stays in force.
    const trouble = inForce === undefined ? undefined : describeTrouble(outcome)
    if (trouble !== undefined) warn(`the patterns are not changed, the old ones stay in force: ${trouble}`)
    if (outcome.kind === 'unchanged') return outcome
    // Neither what it throws nor what it rejects with is anybody else's; nobody waits for what it does.
    void (async () => onReload?.(outcome))().catch((error: unknown) => {
      warn(`onReload throws: ${error instanceof Error ? error.message : String(error)}`)
    })
    return outcome
  }

  function warn(message: string): void {
    if (told.has(message) || told.size >= maxTold) return
    told.add(message)
    process.emitWarning(message, { type: 'HoldfastCanonicalizerWarning', code: 'HOLDFAST_PATTERNS' })
  }

  function reload(isWaitedFor: boolean): Promise<ReloadOutcome> {
    const mine = turn.then(() => look(isWaitedFor)).then(tell)
    turn = mine
    return mine
  }

  let isLooking = false
  const timer = setInterval(() => {
    if (isLooking) return // a slow source is not asked twice
    isLooking = true
    void reload(false).finally(() => (isLooking = false))
  }, intervalMs)
  timer.unref()

  return {
    reload: () => reload(true),
    async close() {
      closing.abort()
      clearInterval(timer)
      await turn
    },
  }
}

function describeTrouble(outcome: ReloadOutcome): string | undefined {
  if (outcome.kind === 'refused') return outcome.problems.slice(0, 5).map(describeProblem).join('; ')
  return outcome.kind === 'failed' ? outcome.error.message : undefined
}
