// What a question is turned into. Constraints carry where in the question they stand; the fingerprint is made of them.

/** Offsets in the question as it was given, in UTF-16 units (as JavaScript's strings count), the end exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** How a filter compares. A negation is worked in: "not longer than" is `<=`. */
export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<='

/** How a metric adds up. */
export type Aggregation = 'COUNT' | 'SUM' | 'AVG' | 'MIN' | 'MAX'

/**
 * One thing that was understood. Ids are those of the pattern file. `owner` is the entity that the constraint belongs
 * to; it is there only when the question names several entities.
 */
export type Constraint =
  | { readonly kind: 'entity'; readonly id: string; readonly span: Span }
  /** A column that is asked for: "titles of films". */
  | { readonly kind: 'attribute'; readonly id: string; readonly owner?: string; readonly span: Span }
  | {
      readonly kind: 'metric'
      readonly aggregation: Aggregation
      readonly of: string
      readonly owner?: string
      readonly span: Span
    }
  | {
      readonly kind: 'filter'
      /** An attribute's id, or `COUNT(FILM)`. */
      readonly attribute: string
      readonly operator: Operator
      /** Several mean "one of these". */
      readonly values: readonly string[]
      readonly negated: boolean
      /** The values stand in the question as they are: numbers. Otherwise they are the pattern file's. */
      readonly isLiteral: boolean
      readonly owner?: string
      readonly span: Span
    }
  /** `TOP` of an order; `ANY` that many. Without a count, a few: "the longest films". */
  | { readonly kind: 'limit'; readonly count?: number; readonly from: LimitEnd; readonly span: Span }
  | {
      readonly kind: 'sort'
      readonly by: string
      readonly direction: 'ASC' | 'DESC'
      readonly owner?: string
      readonly span: Span
    }
  /** By an entity, an attribute, or `EVERY MONTH`. */
  | { readonly kind: 'group'; readonly by: string; readonly span: Span }
  | {
      readonly kind: 'time'
      /** `2005-01-01/2006-01-01` with an exclusive end, either side may be empty; `LAST 30 DAY`, which no clock resolves. */
      readonly range: string
      /** The attribute that the time is of, where the question names it: "released in 2005". */
      readonly attribute?: string
      readonly owner?: string
      readonly span: Span
    }

/** Which rows a limit keeps: by rank (`TOP`, `BOTTOM`), by place in time (`FIRST`, `LAST`), or as many as said, whichever (`ANY`). */
export type LimitEnd = 'TOP' | 'BOTTOM' | 'FIRST' | 'LAST' | 'ANY'

/** A question in canonical form. */
export interface CanonicalQuery {
  /** In the order of the question. */
  readonly constraints: readonly Constraint[]
  /**
   * The constraints as text, sorted: `FILTER:RATING=PG|LIMIT:10|SELECT:FILM`. What was not understood is in it too, word
   * for word and in order (`OTHER:…`), so it may hold words of the question.
   */
  readonly fingerprint: string
  /**
   * SHA-256 of the version of the rules and the fingerprint, in hex. Two questions mean the same if their keys are equal.
   * Both engines give the same, but where a pattern is a `REFUSE`: that only spaCy obeys, so each engine has its own keys.
   */
  readonly key: string
  /** From 0 to 1: the share of content words that were understood, moved by the engine's hints. 0 for an empty question. */
  readonly confidence: number
  readonly engine: 'spacy' | 'wink'
  readonly model: string
  /** Of the pattern set that was in force. */
  readonly patternsVersion: string
}
