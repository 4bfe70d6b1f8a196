// Patterns upon lemmas, parts of speech and dependencies, with the real spaCy: they confirm, doubt and refuse, and never
// make a match; and what that means for the keys of both engines.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { patternsFile } from './corpus/read-corpus.fixture.ts'
import { findTestPython } from './engine/spacy/test-spacy.ts'
import { openCanonicalizer, type Canonicalizer } from './open-canonicalizer.ts'

const hint = (label: string, id: string, pattern: readonly unknown[]): string =>
  `${JSON.stringify({ label, id, pattern, engine: 'spacy' })}\n`
/** The noun is what the pattern "order" means; the verb is not. */
const refusal = hint('REFUSE', 'ORDER', [{ LEMMA: 'order', POS: 'VERB' }])
const confirmation = hint('ENTITY', 'CUSTOMER', [{ LEMMA: 'customer', POS: 'NOUN' }])
const unmatched = hint('ENTITY', 'WHALE', [{ LEMMA: 'whale', POS: 'NOUN' }])
const doubt = hint('DOUBT', '', [
  { RIGHT_ID: 'verb', RIGHT_ATTRS: { POS: 'VERB' } },
  { LEFT_ID: 'verb', REL_OP: '>', RIGHT_ID: 'not', RIGHT_ATTRS: { DEP: 'neg' } },
])
const shop = patternsFile('web-shop')
const python = await findTestPython()

describe('hints', { skip: python === undefined ? 'no Python' : false }, () => {
  let plain: Canonicalizer
  let hinted: Canonicalizer
  let refusing: Canonicalizer
  let refusingWink: Canonicalizer
  before(async () => {
    plain = await openCanonicalizer({ engine: 'wink', patterns: shop })
    hinted = await openCanonicalizer({ engine: 'spacy', patterns: [shop, confirmation + unmatched + doubt] })
    refusing = await openCanonicalizer({ engine: 'spacy', patterns: [shop, refusal] })
    refusingWink = await openCanonicalizer({ engine: 'wink', patterns: [shop, refusal] })
  })
  after(() => Promise.all([plain, hinted, refusing, refusingWink].map((one) => one.close())))

  const ask = async (question: string) =>
    Promise.all([plain, hinted].map((canonicalizer) => canonicalizer.processQuery(question)))

  test('raise the confidence of what they confirm, and change no key', async () => {
    const [without, withHints] = await ask('customers about robots')
    assert.deepEqual([without?.confidence, withHints?.confidence], [0.333, 0.667])
    assert.equal(without?.key, withHints?.key)
  })

  test('halve it where they doubt, by what depends on what', async () => {
    const [without, withHints] = await ask('products that were not reviewed')
    assert.deepEqual([without?.confidence, withHints?.confidence], [0.333, 0.167])
    assert.equal(without?.key, withHints?.key)
  })

  test('never make a match', async () => {
    const [without, withHints] = await ask('whales')
    assert.deepEqual([withHints?.fingerprint, withHints?.confidence], ['OTHER:whales', 0])
    assert.equal(without?.key, withHints?.key)
  })

  test('refuse a match: its words stay words, and share no key with what the match would have meant', async () => {
    const [verb, noun] = await Promise.all([
      refusing.processQuery('please order laptops'),
      refusing.processQuery('orders of laptops'),
    ])
    assert.equal(verb.fingerprint, 'FILTER:CATEGORY=LAPTOP|OTHER:order [CATEGORY=LAPTOP]')
    assert.equal(noun.fingerprint, 'FILTER:CATEGORY=LAPTOP|SELECT:ORDER')
    assert.ok(verb.confidence < noun.confidence)
  })

  test('refuse nothing with wink, whose keys are therefore other keys than those of spaCy', async () => {
    const [verb, noun, spacy] = await Promise.all([
      refusingWink.processQuery('please order laptops'),
      refusingWink.processQuery('orders of laptops'),
      refusing.processQuery('orders of laptops'),
    ])
    assert.equal(verb.key, noun.key)
    assert.equal(noun.fingerprint, spacy.fingerprint)
    assert.notEqual(noun.key, spacy.key)
  })
})
