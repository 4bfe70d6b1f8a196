// What a pattern is, after it was read and found good. Nothing here comes from a file or a table unread: the only makers
// of a PatternSet are those of parse-patterns.ts, so engines can trust every field.

/** Compares with `==`, `!=`, `>=`, `<=`, `>`, `<`; several in one object must all hold. */
export type Comparison = Readonly<Partial<Record<'==' | '!=' | '>=' | '<=' | '>' | '<', number>>>

/** A text, or a predicate upon it. `FUZZY` alone, or `FUZZY1` to `FUZZY9`; below them a text, or `IN` or `NOT_IN`. */
export type TextValue = string | Readonly<Record<string, unknown>>

/** One token of a token pattern, in spaCy's own words; which keys may stand here is checked when it is read. */
export type TokenPattern = Readonly<Record<string, TextValue | Comparison | number | boolean>>

/** One node of a pattern for spaCy's DependencyMatcher. */
export interface DependencyNode {
  readonly RIGHT_ID: string
  readonly RIGHT_ATTRS: TokenPattern
  readonly LEFT_ID?: string
  readonly REL_OP?: string
}

interface PatternOrigin {
  /** The file's path, or the table's name. */
  readonly source: string
  /** Which line of the file, from 1; of a table, which row in the order of reading. */
  readonly line: number
  readonly label: string
  /** `FILM`, `RATING=PG`; empty when the pattern has none. */
  readonly id: string
  /** `spacy`: uses what only spaCy knows. Such a pattern gives hints, never matches. */
  readonly engine: 'any' | 'spacy'
}

/** Words separated by single spaces, compared as they stand. */
export interface PhrasePattern extends PatternOrigin {
  readonly kind: 'phrase'
  readonly pattern: string
}

export interface TokensPattern extends PatternOrigin {
  readonly kind: 'tokens'
  readonly pattern: readonly TokenPattern[]
}

/** Always `"engine": "spacy"`. */
export interface DependencyPattern extends PatternOrigin {
  readonly kind: 'dependency'
  readonly pattern: readonly DependencyNode[]
}

export type Pattern = PhrasePattern | TokensPattern | DependencyPattern

/** An immutable list of patterns that were all found good. */
export interface PatternSet {
  readonly patterns: readonly Pattern[]
  /** A hash of what the patterns say, in their order: the same patterns from another place have the same version. */
  readonly version: string
}

/** What is wrong with one line, in words that say what to do. */
export interface PatternProblem {
  readonly source: string
  readonly line: number
  readonly message: string
}
