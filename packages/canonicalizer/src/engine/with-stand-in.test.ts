// With spaCy's place taken by a process that is lost and does not start again.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { readSet } from './conformance/read-set.ts'
import { impatient, makeBadPython, openTestEngine, waitUntil } from './spacy/test-spacy.ts'
import { openWinkEngine } from './wink/open-wink-engine.ts'
import { withStandIn } from './with-stand-in.ts'

const films = readSet({ label: 'ENTITY', id: 'FILM', pattern: 'films' })

test('while an engine is away another one answers, from the same patterns, and it is told once', async (t) => {
  const python = await makeBadPython(t, 'starts-only-once')
  const spacy = await openTestEngine(t, { python, limits: impatient })
  let opened = 0
  const engine = withStandIn(spacy, async () => {
    opened += 1
    return await openWinkEngine()
  })
  await engine.setPatterns(films)
  assert.equal((await engine.analyse('films')).engine, 'spacy')
  assert.equal(opened, 0, 'as long as nobody needs it there is no other')

  const warnings: string[] = []
  const hear = ({ message }: Error): void => void warnings.push(message)
  process.on('warning', hear)
  t.after(() => process.off('warning', hear))
  const warned = once(process, 'warning')
  const answers = await Promise.all(['poison', 'films', 'all films'].map((text) => engine.analyse(text)))
  assert.deepEqual(
    answers.map(({ engine: by, matches, patternsVersion }) => [by, matches.length, patternsVersion]),
    [0, 1, 1].map((found) => ['wink', found, films.version]),
  )
  await warned
  engine.ensurePlace()
  assert.equal((await engine.analyse('films')).engine, 'wink')
  await assert.rejects(
    engine.setPatterns(films),
    { code: 'ENGINE_GONE' },
    'sets are for the first engine to take',
  )
  assert.equal(opened, 1)
  assert.equal(warnings.filter((message) => message.startsWith('spacy is away')).length, 1)

  await engine.close()
  await assert.rejects(engine.analyse('films'), { code: 'ENGINE_GONE', message: /closed/ })
  assert.throws(() => engine.ensurePlace(), { code: 'ENGINE_GONE' })
})

test('when it is back it answers again', async (t) => {
  const python = await makeBadPython(t, 'ends-on-poison')
  const spacy = await openTestEngine(t, { python, limits: impatient })
  const engine = withStandIn(spacy, () => openWinkEngine())
  t.after(() => engine.close())
  await engine.setPatterns(films)
  assert.equal((await engine.analyse('poison')).engine, 'wink', 'a question that it is lost upon twice')
  await waitUntil(() => spacy.status.state === 'working')
  assert.equal((await engine.analyse('films')).engine, 'spacy')
})

test('what is wrong with a text is no reason to ask another engine', async (t) => {
  const python = await makeBadPython(t, 'fails-on-each')
  const engine = withStandIn(await openTestEngine(t, { python }), async () => assert.fail('asked another'))
  t.after(() => engine.close())
  await assert.rejects(engine.analyse('films'), { code: 'ENGINE_TEXT' })
})
