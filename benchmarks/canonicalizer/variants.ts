import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NlpEngine } from '../../packages/canonicalizer/src/engine/nlp-engine.ts'
import { openSpacyEngine } from '../../packages/canonicalizer/src/engine/spacy/open-spacy-engine.ts'
import { openWinkEngine } from '../../packages/canonicalizer/src/engine/wink/open-wink-engine.ts'
import { normalisePatterns } from '../../packages/canonicalizer/src/normalise/normalise-patterns.ts'
import { normalise } from '../../packages/canonicalizer/src/normalise/normalise.ts'
import { parsePatterns } from '../../packages/canonicalizer/src/patterns/parse-patterns.ts'
import type { PatternSet } from '../../packages/canonicalizer/src/patterns/pattern-set.ts'

const home = join(import.meta.dirname, '..', '..', 'packages', 'canonicalizer')
const read = (...path: string[]): string => readFileSync(join(home, ...path), 'utf8')

/** What makes spaCy tag and parse; without such patterns it only matches. */
const hints = [
  { label: 'ENTITY', id: 'FILM', engine: 'spacy', pattern: [{ LEMMA: 'film', POS: 'NOUN' }] },
  {
    label: 'DOUBT',
    engine: 'spacy',
    pattern: [
      { RIGHT_ID: 'verb', RIGHT_ATTRS: { POS: 'VERB' } },
      { LEFT_ID: 'verb', REL_OP: '>', RIGHT_ID: 'not', RIGHT_ATTRS: { DEP: 'neg' } },
    ],
  },
]

export const variants = ['wink', 'spacy', 'spacy with hints'] as const
export type Variant = (typeof variants)[number]

/** An engine with the film store's patterns, and that store's questions of the corpus as an engine gets them. */
export async function openVariant(
  variant: Variant,
): Promise<{ engine: NlpEngine; questions: string[]; pid: () => number | undefined }> {
  const { patterns, questions } = readFilms(variant === 'spacy with hints')
  if (variant === 'wink') {
    const engine = await openWinkEngine()
    await engine.setPatterns(patterns)
    return { engine, questions, pid: () => undefined }
  }
  const engine = await openSpacyEngine({ patterns })
  return { engine, questions, pid: () => engine.status.pid }
}

function readFilms(withHints: boolean): { patterns: PatternSet; questions: string[] } {
  const lines = [read('patterns', 'base-patterns.jsonl'), read('corpus', 'film-rental.patterns.jsonl')]
  if (withHints) lines.push(hints.map((hint) => JSON.stringify(hint)).join('\n'))
  const parsed = parsePatterns(lines.map((text) => text.trimEnd()).join('\n'), 'the film store')
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const normalised = normalisePatterns(parsed.set)
  if (!normalised.ok) throw new Error(JSON.stringify(normalised.problems))
  const questions = read('corpus', 'film-rental.questions.jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => normalise((JSON.parse(line) as { question: string }).question, normalised.vocabulary).text)
  return { patterns: normalised.patterns, questions }
}
