// A TypeScript program that uses all that the package exports; compiled as strictly as anyone may, not run.
import {
  BadPatterns,
  EngineError,
  QuestionTooLong,
  describePatternTable,
  ensurePatternTable,
  filePatterns,
  openCanonicalizer,
  tablePatterns,
  type CanonicalQuery,
  type Canonicalizer,
  type CanonicalizerOptions,
  type Constraint,
  type PatternSource,
  type ReloadOutcome,
} from '@holdfast/canonicalizer'

declare const pool: { query(text: string): Promise<{ rows: unknown[] }> }

const sources: PatternSource[] = [filePatterns('films.jsonl'), tablePatterns(pool)]
const options: CanonicalizerOptions = {
  engine: 'auto',
  patterns: sources,
  onReload: (outcome: ReloadOutcome) => outcome.kind,
  spacy: { python: '/usr/bin/python3' },
  wink: { timeoutMs: 100 },
}

export async function ask(question: string, signal: AbortSignal): Promise<string[]> {
  await ensurePatternTable(pool, { table: 'words.nlp_patterns' })
  const canonicalizer: Canonicalizer = await openCanonicalizer(options)
  const query: CanonicalQuery = await canonicalizer.processQuery(question, { signal })
  return query.constraints.map(describe)
}

function describe(constraint: Constraint): string {
  if (constraint.kind === 'filter')
    return `${constraint.attribute} ${constraint.operator} ${constraint.values.join()}`
  return constraint.kind === 'limit' ? String(constraint.count ?? constraint.from) : constraint.kind
}

export function explain(error: unknown): string {
  if (error instanceof BadPatterns)
    return error.problems.map(({ line, message }) => `${line}: ${message}`).join()
  if (error instanceof EngineError || error instanceof QuestionTooLong) return error.code
  return describePatternTable()
}
