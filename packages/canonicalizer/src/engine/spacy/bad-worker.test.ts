// Whatever stands where spaCy's process should: every question settles, and what is sound goes on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSet } from '../conformance/read-set.ts'
import { openSpacyEngine } from './open-spacy-engine.ts'
import { impatient, isRunning, makeBadPython, openTestEngine, waitUntil } from './test-spacy.ts'

const gone = { name: 'EngineError', code: 'ENGINE_GONE' }

for (const mode of [
  'garbage-on-poison',
  'endless-line-on-poison',
  'ends-on-poison',
  'hangs-on-poison',
  'wrong-id-on-poison',
  'wrong-numbers-on-poison',
]) {
  test(`${mode}: that question is rejected and refused, those beside it are answered`, async (t) => {
    const python = await makeBadPython(t, mode)
    const engine = await openTestEngine(t, { python, limits: impatient })
    const first = engine.analyse('first') // alone; the others gather meanwhile
    const questions = ['good one', 'some poison here', 'good two'].map((text) => engine.analyse(text))
    const [one, poison, two] = await Promise.allSettled(questions)
    await first
    assert.equal(one?.status, 'fulfilled')
    assert.equal(two?.status, 'fulfilled')
    assert.ok(poison?.status === 'rejected')
    assert.throws(() => {
      throw poison.reason
    }, gone)
    assert.doesNotMatch(String(poison.reason), /some|here/)

    await waitUntil(() => engine.status.starts === 3 && engine.status.state === 'working')
    await assert.rejects(engine.analyse('some poison here'), gone)
    await engine.analyse('good three')
    assert.equal(engine.status.starts, 3, 'it was not tried once more')

    await engine.setPatterns(readSet({ label: 'ENTITY', pattern: 'film' }))
    await assert.rejects(engine.analyse('some poison here'), gone)
    assert.ok(engine.status.starts > 3, 'with other patterns it was')
  })
}

test('an answer that nobody asked for ends the process, and not the engine', async (t) => {
  const python = await makeBadPython(t, 'answers-twice-on-poison')
  const engine = await openTestEngine(t, { python, limits: impatient })
  await engine.analyse('poison')
  await waitUntil(() => engine.status.starts === 2 && engine.status.state === 'working')
  await engine.analyse('good')
  assert.equal(engine.status.lastLoss, 'it wrote what is no answer')
})

test('a text that spaCy fails upon is rejected by itself, with the type of the error', async (t) => {
  const python = await makeBadPython(t, 'fails-on-each')
  const engine = await openTestEngine(t, { python })
  await assert.rejects(engine.analyse('secret words'), { code: 'ENGINE_TEXT', message: /ValueError/ })
  assert.equal(engine.status.starts, 1)
})

test('when it does not start twice, who waits is told, who asks later is told at once, and trying goes on', async (t) => {
  const python = await makeBadPython(t, 'starts-only-once')
  const engine = await openTestEngine(t, { python, limits: impatient })
  const patterns = readSet({ label: 'ENTITY', pattern: 'film' })
  await assert.rejects(engine.analyse('poison'), { ...gone, message: /does not start/ })
  await assert.rejects(engine.analyse('good'), { ...gone, message: /No module named/ })
  await assert.rejects(engine.setPatterns(patterns), gone)
  await waitUntil(() => engine.status.starts > 3)
  assert.equal(engine.status.state, 'restarting')
  await engine.close()
  await assert.rejects(engine.analyse('good'), { ...gone, message: /closed/ })
})

test('one start that fails throws nobody out: who waits is answered by the next', async (t) => {
  const python = await makeBadPython(t, 'second-start-fails')
  const engine = await openTestEngine(t, { python, limits: impatient })
  const asked = ['poison', 'good one', 'good two'].map((text) => engine.analyse(text))
  for (const { tokens } of await Promise.all(asked)) assert.ok(tokens.length > 0)
  assert.equal(engine.status.starts, 3)
})

test('it is given the variables that Python needs, and nothing that is secret', async (t) => {
  const secret = { DATABASE_URL: 'postgres://me:hush@db/x', OPENAI_API_KEY: 'hush', PYTHONPATH: '/tmp' }
  Object.assign(process.env, secret)
  t.after(() => Object.keys(secret).forEach((name) => delete process.env[name]))
  const python = await makeBadPython(t, 'tells-its-variables')
  const engine = await openTestEngine(t, { python })
  const told = await engine.analyse('good').then(
    () => assert.fail('it tells by failing'),
    (error: Error) => error.message,
  )
  assert.match(told, /PATH/)
  for (const name of Object.keys(secret)) assert.doesNotMatch(told, new RegExp(name))
})

test('patterns that end the process twice are rejected, and questions go on with the old ones', async (t) => {
  const python = await makeBadPython(t, 'ends-on-patterns')
  const engine = await openTestEngine(t, { python, limits: impatient })
  const before = await engine.analyse('good')
  const swapped = engine.setPatterns(readSet({ label: 'ENTITY', pattern: 'film' }))
  const beside = engine.analyse('good')
  await assert.rejects(swapped, { code: 'ENGINE_PATTERNS', message: /ended twice/ })
  assert.equal((await beside).patternsVersion, before.patternsVersion)
})

test('a process that does not become ready in time is killed, and opening says so', async (t) => {
  const python = await makeBadPython(t, 'never-ready')
  const opening = openSpacyEngine({ python, limits: { startTimeoutMs: 500 } })
  await assert.rejects(opening, { ...gone, message: /did not start within 500 ms/ })
})

test('a process that ends at once: opening says what it said, and what to do', async (t) => {
  const python = await makeBadPython(t, 'ends-at-start')
  const expected = { ...gone, message: /code 1\n.*No module named 'spacy'\n.*install-spacy/s }
  await assert.rejects(openSpacyEngine({ python }), expected)
})

test('no Python at all: opening says what to run', async () => {
  const expected = { ...gone, message: /ENOENT\n.*install-spacy/s }
  await assert.rejects(openSpacyEngine({ python: '/nowhere/python' }), expected)
})

test('closing ends even a process that heeds neither the end of its input nor SIGTERM', async (t) => {
  const python = await makeBadPython(t, 'ignores-the-end')
  const engine = await openTestEngine(t, { python, limits: impatient })
  const { pid = 0 } = engine.status
  assert.ok(isRunning(pid))
  await Promise.all([engine.close(), engine.close()])
  assert.ok(!isRunning(pid))
  assert.equal(engine.status.state, 'closed')
})

test('a process that floods its stderr is read, and what it says there is kept nowhere', async (t) => {
  const python = await makeBadPython(t, 'floods-stderr')
  const engine = await openTestEngine(t, { python })
  for (let asked = 0; asked < 50; asked += 1) await engine.analyse('good')
  const { pid = 0 } = engine.status
  process.kill(pid, 'SIGKILL')
  await waitUntil(() => engine.status.lastLoss !== undefined)
  assert.equal(engine.status.lastLoss, 'it was ended by SIGKILL')
})
