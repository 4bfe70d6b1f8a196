// A question's way: normalise → the engine's matches → constraints → fingerprint → key.
import type { CanonicalQuery } from './canonical-query.ts'
import type { NlpEngine } from './engine/nlp-engine.ts'
import { makeKey, renderFingerprint, type FingerprintParts } from './fingerprint/fingerprint.ts'
import { interpret } from './interpret/interpret.ts'
import { weighConfidence, withoutRefused } from './interpret/weigh-hints.ts'
import { normalise } from './normalise/normalise.ts'
import type { Vocabulary } from './normalise/vocabulary.ts'

/** The words of each pattern set that the engine may have in force: the one that is, and during a swap the next. */
export type Vocabularies = ReadonlyMap<string, Vocabulary>

/** A question meets a swap of the patterns at most so often; each swap reads all patterns, so three take seconds. */
const maxSwaps = 3

export interface Canonicalized {
  readonly query: CanonicalQuery
  readonly parts: FingerprintParts
}

/** Rejects with a TypeError for what is no text, QuestionTooLong, an EngineError, or the reason of the signal. */
export async function canonicalizeQuestion(
  question: string,
  engine: NlpEngine,
  vocabularies: Vocabularies,
  options: { readonly signal?: AbortSignal },
): Promise<Canonicalized> {
  if (typeof question !== 'string') throw new TypeError('a question is a text')
  engine.ensurePlace() // before any work: with too many at once there is enough to do already
  let version = [...vocabularies.keys()].at(-1) ?? ''
  for (let swaps = 0; ; swaps += 1) {
    const vocabulary = vocabularies.get(version)
    const normalised = normalise(question, vocabulary)
    const analysis = await engine.analyse(normalised.text, options)
    // Words and patterns have to be of one set; the engine may have taken the next one meanwhile.
    if (
      analysis.patternsVersion !== version &&
      vocabularies.has(analysis.patternsVersion) &&
      swaps < maxSwaps
    ) {
      version = analysis.patternsVersion
      continue
    }
    const matches = withoutRefused(analysis.matches, analysis.hints)
    const parts = interpret(normalised, matches)
    const fingerprint = renderFingerprint(parts)
    const query: CanonicalQuery = {
      constraints: parts.constraints,
      fingerprint,
      key: makeKey(fingerprint, vocabulary?.dependsOnEngine === true ? analysis.engine : undefined),
      confidence: weighConfidence(parts.understood, matches, analysis.hints),
      engine: analysis.engine,
      model: analysis.model,
      patternsVersion: analysis.patternsVersion,
    }
    return { query, parts }
  }
}
