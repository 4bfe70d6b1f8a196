import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkOptions } from './canonicalizer-options.ts'
import { openCanonicalizer } from './open-canonicalizer.ts'

const patterns = '{"label":"ENTITY","pattern":"film","id":"FILM"}'

/** As JavaScript, or a variable of the environment, may have it. */
function check(options: unknown): void {
  checkOptions(options as Parameters<typeof checkOptions>[0])
}

test('an option that is none is refused by its name', async () => {
  for (const [options, message] of [
    [{}, /^patterns: /],
    [{ patterns: '' }, /^patterns: /],
    [{ patterns: [{}] }, /^patterns: /],
    [{ patterns, engine: 'spac' }, /^engine: "spac" is none: .*"auto", "spacy" or "wink"/],
    [{ patterns, engine: null }, /^engine: /],
    [{ patterns, captureContent: 'yes' }, /^captureContent: /],
    [{ patterns, onReload: true }, /^onReload: /],
    [{ patterns, spacy: { limits: { maxWait: 3 } } }, /^spacy\.limits\.maxWait: there is no such limit/],
  ] as const) {
    assert.throws(() => check(options), { name: 'TypeError', message })
  }
  await assert.rejects(
    openCanonicalizer({} as Parameters<typeof openCanonicalizer>[0]),
    /^TypeError: patterns: /,
  )
})

test('a number that no timer and no queue can have is refused', () => {
  for (const number of [Infinity, NaN, 0, -1, 1.5, 1e12, '5000']) {
    for (const [name, options] of [
      ['reloadIntervalMs', { patterns, reloadIntervalMs: number }],
      ['wink.maxWaiting', { patterns, wink: { maxWaiting: number } }],
      ['wink.timeoutMs', { patterns, wink: { timeoutMs: number } }],
      ['spacy.limits.requestTimeoutMs', { patterns, spacy: { limits: { requestTimeoutMs: number } } }],
    ] as const) {
      assert.throws(() => check(options), { name: 'TypeError', message: new RegExp(`^${name}: `) })
    }
  }
})

test('what is left out, and what is in bounds, is taken', () => {
  check({
    patterns: [],
    reloadIntervalMs: 2 ** 31 - 1,
    captureContent: undefined,
    spacy: {},
    wink: undefined,
  })
  check({ patterns: ['films.jsonl', patterns], engine: 'auto', spacy: { limits: { stopGraceMs: 1 } } })
})
