import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { describeEngine } from '../conformance/engine-conformance.ts'
import { readSet } from '../conformance/read-set.ts'
import { maxTextWords } from '../nlp-engine.ts'
import { openWinkEngine } from './open-wink-engine.ts'

describeEngine({ name: 'wink', open: openWinkEngine })

const any = { LENGTH: { '>=': 1 } }

describe('the wink engine', () => {
  test('says what it is', async () => {
    const { name, model } = await openWinkEngine()
    assert.deepEqual({ name, model }, { name: 'wink', model: 'wink-eng-lite-web-model' })
  })

  test('refuses more questions than may wait, and takes them again later', async () => {
    const engine = await openWinkEngine({ maxWaiting: 2 })
    const asked = await Promise.allSettled([1, 2, 3, 4, 5].map(() => engine.analyse('films')))
    const codes = asked.map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : 'answered')) // prettier-ignore
    assert.ok(codes.includes('ENGINE_BUSY'))
    assert.ok(codes.includes('answered'))
    engine.ensurePlace()
    assert.equal((await engine.analyse('films')).tokens.length, 1)
  })

  test('gives up hostile patterns, and lets others have the event loop meanwhile', async () => {
    const engine = await openWinkEngine({ timeoutMs: 100 })
    const hostile = Array.from({ length: 2_000 }, (_, index) => ({
      label: 'P',
      pattern: [{ ...any, OP: '*' }, { ...any, LOWER: { NOT_IN: ['x'] }, OP: '*' }, { LOWER: `w${index}` }],
    }))
    await engine.setPatterns(readSet(...hostile))
    let turns = 0
    const timer = setInterval(() => (turns += 1), 1)
    await assert.rejects(engine.analyse('a '.repeat(maxTextWords)), { code: 'ENGINE_TIMEOUT' })
    clearInterval(timer)
    assert.ok(turns > 1)
  })

  test('gives up hostile regular expressions, too', async () => {
    const engine = await openWinkEngine({ timeoutMs: 100 })
    const hostile = Array.from({ length: 2_000 }, (_, index) => ({
      label: 'P',
      pattern: [{ LOWER: { REGEX: `\\d*\\d*x?y${index}` } }],
    }))
    await engine.setPatterns(readSet(...hostile))
    await assert.rejects(engine.analyse('1'.repeat(200)), { code: 'ENGINE_TIMEOUT' })
  })

  test('gives up patterns that match nearly everything', async () => {
    const engine = await openWinkEngine()
    const greedy = Array.from({ length: 20 }, () => ({ label: 'P', pattern: [{ ...any, OP: '+' }] }))
    await engine.setPatterns(readSet(...greedy))
    await assert.rejects(engine.analyse('a '.repeat(maxTextWords)), { code: 'ENGINE_TIMEOUT' })
    assert.equal((await engine.analyse('a few words')).matches.length, 1)
  })

  test('one question after another leaves others their turn', async () => {
    const engine = await openWinkEngine()
    let isOver = false
    setImmediate(() => (isOver = true))
    for (let asked = 0; !isOver; asked += 1) {
      await engine.analyse(`films of ${asked}`)
      assert.ok(asked < 1_000_000, 'a turn of the event loop came')
    }
  })
})
