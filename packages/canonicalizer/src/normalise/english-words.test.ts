import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { isEnglishWord } from './english-words.ts'

const modelFile = 'wink-eng-lite-web-model/dist/languages/cur/models/eng-core-web-model.json'

test("the words of wink's model tell words from slips of the finger", () => {
  const model = createRequire(import.meta.url)(modelFile) as { features: { lexeme: { list: string[] } } }
  assert.ok(new Set(model.features.lexeme.list).size > 80_000)
  for (const word of ['officers', 'skipped', 'dessert', 'retried']) assert.ok(isEnglishWord(word), word)
  for (const slip of ['custmers', 'lngth', 'moveis']) assert.ok(!isEnglishWord(slip), slip)
})
