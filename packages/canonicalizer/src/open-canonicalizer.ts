// Puts the rooms together: an engine, the patterns that are in force, and the stage's span around each question.
//
// Guarantees: the same question and patterns give the same key, whatever the time, the machine and the engine (but for
// patterns that refuse: docs/patterns.md); patterns
// are swapped as a whole, and a bad pattern leaves the old ones in force. Refuses questions that are none
// (QuestionTooLong), and more than the engine's queue holds (EngineError, `ENGINE_BUSY`).
import type { CanonicalQuery } from './canonical-query.ts'
import { canonicalizeQuestion } from './canonicalize-question.ts'
import { EngineError, type NlpEngine } from './engine/nlp-engine.ts'
import { findSpacyPython } from './engine/spacy/find-python.ts'
import type { SpacyOptions } from './engine/spacy/spacy-options.ts'
import type { WinkEngineOptions } from './engine/wink/open-wink-engine.ts'
import { normalisePatterns } from './normalise/normalise-patterns.ts'
import type { Vocabulary } from './normalise/vocabulary.ts'
import { basePatternsFile } from './patterns/base-patterns.ts'
import { filePatterns } from './patterns/file-patterns.ts'
import { describeProblem, parsePatterns } from './patterns/parse-patterns.ts'
import type { PatternProblem, PatternSet } from './patterns/pattern-set.ts'
import type { PatternSource } from './patterns/pattern-source.ts'
import { watchPatterns, type ReloadOutcome } from './patterns/watch-patterns.ts'
import { inStageSpan } from './stage-span.ts'

/** What `openCanonicalizer` may be told. */
export interface CanonicalizerOptions {
  /** `auto`, the default: spaCy where it is installed and starts, else wink. */
  readonly engine?: 'spacy' | 'wink' | 'auto' | undefined
  /**
   * The words of your schema: names of files (JSON lines), such lines themselves, or other sources (`tablePatterns`).
   * Patterns that come first win where two match the same words.
   */
  readonly patterns: string | PatternSource | readonly (string | PatternSource)[]
  /**
   * Whether spans may hold the question. Default: as `createTelemetry` has it, where it was called, also later than this;
   * else by `TELEMETRY_CAPTURE_CONTENT=all`.
   */
  readonly captureContent?: boolean | undefined
  /** How often the sources are looked at, in milliseconds. Default: 5 000. */
  readonly reloadIntervalMs?: number | undefined
  /** Hears of patterns that were swapped, refused or not to be had. */
  readonly onReload?: ((outcome: ReloadOutcome) => void) | undefined
  readonly spacy?: Omit<SpacyOptions, 'patterns'> | undefined
  readonly wink?: WinkEngineOptions | undefined
}

/** Turns questions into their canonical form. Close it when it is no longer needed. */
export interface Canonicalizer {
  /** Rejects with QuestionTooLong, an EngineError, or the signal's reason. */
  processQuery(question: string, options?: { readonly signal?: AbortSignal }): Promise<CanonicalQuery>
  /** Looks at the sources now, rather than at the next interval. Never rejects: what is wrong is its outcome. */
  reloadPatterns(): Promise<ReloadOutcome>
  readonly engine: 'spacy' | 'wink'
  readonly model: string
  /** Of the set in force. */
  readonly patternsVersion: string
  /** Questions under way are answered or rejected. Twice is once. */
  close(): Promise<void>
}

/** Some patterns are bad: which, and what to do. */
export class BadPatterns extends Error {
  override readonly name = 'BadPatterns'
  readonly code = 'BAD_PATTERNS'
  readonly problems: readonly PatternProblem[]

  constructor(problems: readonly PatternProblem[]) {
    super(problems.map(describeProblem).join('\n'))
    this.problems = problems
  }
}

/** Loads the engine and the patterns. Rejects with BadPatterns, an EngineError, or what reading the patterns failed with. */
export async function openCanonicalizer(options: CanonicalizerOptions): Promise<Canonicalizer> {
  const sources = [...[options.patterns].flat().map(toSource), filePatterns(basePatternsFile)]
  const engine = await openEngine(options)
  const vocabularies = new Map<string, Vocabulary>()
  const watch = watchPatterns({
    sources,
    setPatterns: (set) => putInForce(set, engine, vocabularies),
    ...(options.reloadIntervalMs === undefined ? {} : { intervalMs: options.reloadIntervalMs }),
    ...(options.onReload === undefined ? {} : { onReload: options.onReload }),
  })
  const close = async (): Promise<void> => {
    await watch.close()
    await engine.close()
  }
  const first = await watch.reload()
  if (first.kind !== 'swapped') {
    await close()
    if (first.kind === 'refused') throw new BadPatterns(first.problems)
    throw first.kind === 'failed' ? first.error : new Error('there are no patterns')
  }
  return {
    async processQuery(question, call = {}) {
      const { query } = await inStageSpan(question, engine, options.captureContent, () =>
        canonicalizeQuestion(question, engine, vocabularies, call),
      )
      return query
    },
    reloadPatterns: () => watch.reload(),
    engine: engine.name,
    model: engine.model,
    get patternsVersion() {
      return [...vocabularies.keys()].at(-1) ?? ''
    },
    close,
  }
}

/** Both vocabularies are there while the engine swaps: see canonicalize-question.ts. */
async function putInForce(
  set: PatternSet,
  engine: NlpEngine,
  vocabularies: Map<string, Vocabulary>,
): Promise<void> {
  const normalised = normalisePatterns(set)
  if (!normalised.ok) {
    throw new EngineError('ENGINE_PATTERNS', normalised.problems.map(describeProblem).join('\n'))
  }
  const before = [...vocabularies]
  vocabularies.clear()
  vocabularies.set(set.version, normalised.vocabulary)
  for (const [version, vocabulary] of before) vocabularies.set(version, vocabulary)
  try {
    await engine.setPatterns(normalised.patterns)
  } catch (error) {
    vocabularies.delete(set.version)
    throw error
  }
  for (const [version] of before) vocabularies.delete(version)
}

function toSource(patterns: string | PatternSource): PatternSource {
  if (typeof patterns !== 'string') return patterns
  if (!/^\s*\{|\n/.test(patterns)) return filePatterns(patterns)
  const reading = parsePatterns(patterns, 'the patterns given')
  return { name: 'the patterns given', readVersion: async () => '', read: async () => reading }
}

async function openEngine({ engine = 'auto', spacy, wink }: CanonicalizerOptions): Promise<NlpEngine> {
  if (engine === 'spacy' || (engine === 'auto' && (spacy?.python ?? findSpacyPython()) !== undefined)) {
    try {
      const { openSpacyEngine } = await import('./engine/spacy/open-spacy-engine.ts')
      return await openSpacyEngine(spacy)
    } catch (error) {
      if (engine === 'spacy' || !(error instanceof EngineError)) throw error
      process.emitWarning(`spaCy does not start, wink takes its place: ${error.message}`, {
        type: 'HoldfastCanonicalizerWarning',
        code: 'HOLDFAST_ENGINE',
      })
    }
  }
  const { openWinkEngine } = await import('./engine/wink/open-wink-engine.ts')
  return await openWinkEngine(wink)
}
