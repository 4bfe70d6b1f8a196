/** `@holdfast/canonicalizer`: different wordings of one question get one key. */
export { BadPatterns, openCanonicalizer } from './open-canonicalizer.ts'
export type { Canonicalizer, CanonicalizerOptions } from './open-canonicalizer.ts'
export type { Aggregation, CanonicalQuery, Constraint, LimitEnd, Operator, Span } from './canonical-query.ts'
export { QuestionTooLong } from './normalise/normalise.ts'
export { EngineError } from './engine/nlp-engine.ts'
export { filePatterns } from './patterns/file-patterns.ts'
export { tablePatterns } from './patterns/table-patterns.ts'
