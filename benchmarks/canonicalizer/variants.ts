import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openCanonicalizer, type Canonicalizer } from '../../packages/canonicalizer/src/open-canonicalizer.ts'

const corpus = join(import.meta.dirname, '..', '..', 'packages', 'canonicalizer', 'corpus')

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
  .map((hint) => `${JSON.stringify(hint)}\n`)
  .join('')

export const variants = ['wink', 'spacy', 'spacy with hints'] as const
export type Variant = (typeof variants)[number]

/** With the film store's patterns and the package's own. */
export async function openVariant(variant: Variant): Promise<Canonicalizer> {
  const films = join(corpus, 'film-rental.patterns.jsonl')
  return await openCanonicalizer({
    engine: variant === 'wink' ? 'wink' : 'spacy',
    patterns: variant === 'spacy with hints' ? [films, hints] : films,
  })
}

/** That store's questions of the corpus. */
export function readQuestions(): string[] {
  return readFileSync(join(corpus, 'film-rental.questions.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { question: string }).question)
}
