import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { maxTextWords } from '../nlp-engine.ts'
import { defaultLimits } from './spacy-options.ts'

const docs = join(import.meta.dirname, '..', '..', '..', '..', '..', 'docs', 'canonicalizer-spacy.md')

test('docs/canonicalizer-spacy.md has every limit with its default', () => {
  const text = readFileSync(docs, 'utf8')
  const rows = [...text.matchAll(/^\| (`\w+`(?:, `\w+`)*) +\| ([\d ,]+) \|/gm)].flatMap(
    ([, names = '', values = '']) => {
      const figures = values.split(',').map((value) => Number(value.replaceAll(' ', '')))
      return names.split(', ').map((name, index) => [name.replaceAll('`', ''), figures[index]] as const)
    },
  )
  assert.deepEqual(Object.fromEntries(rows), defaultLimits)
  assert.ok(text.includes(`more than ${maxTextWords} words`))
})
