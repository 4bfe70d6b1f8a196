// Puts the rooms together: an engine, the patterns that are in force, and the stage's span around each question.
//
// Guarantees: the same question and patterns give the same key, whatever the time and the machine; and whatever the
// engine, but where a pattern may refuse a match: only spaCy obeys such, so each engine has keys of its own then (the
// key holds the engine's name). Patterns are swapped as a whole, and a bad pattern leaves the old ones in force.
// Refuses options that are none (TypeError), questions that are none (QuestionTooLong), and more than the engine's queue
// holds (EngineError, `ENGINE_BUSY`).
import type { CanonicalQuery } from './canonical-query.ts'
import { canonicalizeQuestion } from './canonicalize-question.ts'
import { checkOptions, type CanonicalizerOptions } from './canonicalizer-options.ts'
import type { NlpEngine } from './engine/nlp-engine.ts'
import type { Vocabulary } from './normalise/vocabulary.ts'
import { openEngine } from './open-engine.ts'
import { BadPatterns } from './patterns/bad-patterns.ts'
import { basePatternsFile } from './patterns/base-patterns.ts'
import { filePatterns } from './patterns/file-patterns.ts'
import { parsePatterns } from './patterns/parse-patterns.ts'
import type { PatternSet } from './patterns/pattern-set.ts'
import type { PatternSource } from './patterns/pattern-source.ts'
import { watchPatterns, type ReloadOutcome } from './patterns/watch-patterns.ts'
import { preparePatterns } from './prepare-patterns.ts'
import { inStageSpan } from './stage-span.ts'

/** Turns questions into their canonical form. Close it when it is no longer needed. */
export interface Canonicalizer {
  /** Rejects with QuestionTooLong, an EngineError, a TypeError for what is no text, or the signal's reason. */
  processQuery(question: string, options?: { readonly signal?: AbortSignal }): Promise<CanonicalQuery>
  /** Looks at the sources now, rather than at the next interval. Never rejects: what is wrong is its outcome. */
  reloadPatterns(): Promise<ReloadOutcome>
  /** The one that was opened; with `auto`, `engine` of an answer says who gave it. */
  readonly engine: 'spacy' | 'wink'
  readonly model: string
  /** Of the set in force. */
  readonly patternsVersion: string
  /** Questions under way are answered or rejected. Twice is once. */
  close(): Promise<void>
}

/** Loads the engine and the patterns. Rejects with a TypeError for an option that is none, BadPatterns, an EngineError, or what reading the patterns failed with. */
export async function openCanonicalizer(options: CanonicalizerOptions): Promise<Canonicalizer> {
  checkOptions(options)
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
      const { query } = await inStageSpan(
        typeof question === 'string' ? question : '',
        engine,
        options.captureContent,
        () => canonicalizeQuestion(question, engine, vocabularies, call),
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

/** Both vocabularies are there while the engine swaps: see canonicalize-question.ts. Rejects with BadPatterns. */
async function putInForce(
  set: PatternSet,
  engine: NlpEngine,
  vocabularies: Map<string, Vocabulary>,
): Promise<void> {
  const { patterns, vocabulary } = await preparePatterns(set)
  const before = [...vocabularies]
  vocabularies.clear()
  vocabularies.set(set.version, vocabulary)
  for (const [version, known] of before) vocabularies.set(version, known)
  try {
    await engine.setPatterns(patterns)
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
