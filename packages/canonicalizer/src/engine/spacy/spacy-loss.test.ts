// The real spaCy, killed, stopped and left alone.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, test, type TestContext } from 'node:test'
import { readSet } from '../conformance/read-set.ts'
import { defaultLimits, defaultModel } from './spacy-options.ts'
import { spacyCommand } from './start-spacy.ts'
import { findTestPython, isRunning, openTestEngine, waitUntil } from './test-spacy.ts'

const python = await findTestPython()
const films = readSet({ label: 'ENTITY', id: 'FILM', pattern: 'films' })

describe("spaCy's process", { skip: python === undefined ? 'no Python' : false }, () => {
  const options = { python: python ?? '', patterns: films }

  test('killed in the middle of a batch: every question is answered by the next one, with the same patterns', async (t) => {
    const engine = await openTestEngine(t, options)
    const { pid = 0 } = engine.status
    process.kill(pid, 'SIGSTOP') // it has the batch, and does not come to its end
    const answers = Array.from({ length: 100 }, (_, index) => engine.analyse(`films ${index}`))
    await waitUntil(() => engine.status.waitingQuestions < 100)
    process.kill(pid, 'SIGKILL')
    for (const { matches } of await Promise.all(answers)) assert.equal(matches.length, 1)
    assert.equal(engine.status.starts, 2)
    assert.equal(engine.status.lastLoss, 'it was ended by SIGKILL')
    assert.ok(!isRunning(pid))
  })

  test('killed while nobody asks: there is another one before somebody does', async (t) => {
    const engine = await openTestEngine(t, options)
    const { pid = 0 } = engine.status
    process.kill(pid, 'SIGKILL')
    await waitUntil(() => engine.status.starts === 2 && engine.status.state === 'working')
    assert.equal((await engine.analyse('films')).matches.length, 1)
  })

  test('hanging: it is killed, and the question answered by the next one', async (t) => {
    const engine = await openTestEngine(t, { ...options, limits: { hungAfterMs: 2_000 } })
    const { pid = 0 } = engine.status
    process.kill(pid, 'SIGSTOP')
    assert.equal((await engine.analyse('films')).matches.length, 1)
    assert.equal(engine.status.lastLoss, 'it did not answer within 2000 ms')
    assert.ok(!isRunning(pid))
  })

  test('too slow for the caller: the question is given up, those after it are answered', async (t) => {
    const engine = await openTestEngine(t, { ...options, limits: { requestTimeoutMs: 300 } })
    const { pid = 0 } = engine.status
    process.kill(pid, 'SIGSTOP')
    await assert.rejects(engine.analyse('films'), { code: 'ENGINE_TIMEOUT', message: /300 ms/ })
    process.kill(pid, 'SIGCONT')
    assert.equal(engine.status.starts, 1)
  })

  test('a full queue refuses at once; an aborted question leaves it, and its caller hears at once', async (t) => {
    const engine = await openTestEngine(t, { ...options, limits: { maxWaiting: 3 } })
    const { pid = 0 } = engine.status
    process.kill(pid, 'SIGSTOP')
    const underWay = engine.analyse('films')
    await waitUntil(() => engine.status.waitingQuestions === 0)
    const abort = new AbortController()
    const given = engine.analyse('films', { signal: abort.signal })
    const waiting = [engine.analyse('films'), engine.analyse('films')]
    await assert.rejects(engine.analyse('films'), { code: 'ENGINE_BUSY', message: /3 questions/ })
    abort.abort(new Error('changed my mind'))
    await assert.rejects(given, /changed my mind/)
    await assert.rejects(engine.analyse('films', { signal: abort.signal }), /changed my mind/)
    waiting.push(engine.analyse('films'))
    process.kill(pid, 'SIGCONT')
    for (const { matches } of await Promise.all([underWay, ...waiting])) assert.equal(matches.length, 1)
    assert.equal(engine.status.starts, 1)
  })

  test('closed while questions wait: each settles, and the process is gone', async (t) => {
    const engine = await openTestEngine(t, options)
    const { pid = 0 } = engine.status
    const asked = Array.from({ length: 200 }, () => engine.analyse('films'))
    const settled = Promise.allSettled([...asked, engine.setPatterns(films)])
    await engine.close()
    assert.ok(!isRunning(pid))
    const rejections = (await settled).filter((one) => one.status === 'rejected')
    assert.ok(rejections.length > 0)
    for (const { reason } of rejections) assert.equal(reason.code, 'ENGINE_GONE')
    await assert.rejects(engine.setPatterns(films), { code: 'ENGINE_GONE' })
  })

  test('closed during a restart: that process goes too', async (t) => {
    const engine = await openTestEngine(t, options)
    process.kill(engine.status.pid ?? 0, 'SIGKILL')
    await waitUntil(() => engine.status.starts === 2)
    const { pid = 0 } = engine.status
    assert.equal(engine.status.state, 'restarting')
    await engine.close()
    assert.ok(!isRunning(pid))
    assert.equal(engine.status.starts, 2)
  })

  test('its parent is killed with -9: it goes too', async (t) => {
    const { parent, pid } = await startParent(t, 'stays')
    assert.ok(isRunning(pid))
    parent.kill('SIGKILL')
    await waitUntil(() => !isRunning(pid))
  })

  test('its parent is gone and it hangs inside C: it ends itself', async (t) => {
    const limits = { ...defaultLimits, hungAfterMs: 250 }
    const { command, args } = spacyCommand(options.python, defaultModel, limits)
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    t.after(() => child.kill('SIGKILL'))
    // Backtracks for longer than anybody lives, and parsePatterns would not let it through.
    const hostile = { kind: 'tokens', hint: false, pattern: [{ LOWER: { REGEX: '^(a+)+$' } }] }
    const tell = (request: unknown): boolean => child.stdin.write(`${JSON.stringify(request)}\n`)
    tell({ id: 1, patterns: [hostile] })
    createInterface({ input: child.stdout }).on('line', (line) => {
      const answer = JSON.parse(line) as { ok?: boolean; more?: boolean }
      if (answer.more === true) tell({ id: 2, load: true })
      if (answer.ok !== true) return
      tell({ id: 3, texts: [[`${'a'.repeat(100)}b`]] })
      child.stdin.end()
    })
    const [code, signal] = await once(child, 'exit')
    assert.deepEqual({ code, signal }, { code: null, signal: 'SIGALRM' })
  })

  test('it does not keep a program alive that has nothing left to do, and goes with it', async (t) => {
    const { parent, pid } = await startParent(t, 'ends')
    const [code] = parent.exitCode === null ? await once(parent, 'exit') : [parent.exitCode]
    assert.equal(code, 0)
    await waitUntil(() => !isRunning(pid))
  })

  async function startParent(t: TestContext, mode: 'stays' | 'ends') {
    const program = join(import.meta.dirname, 'engine-parent.fixture.ts')
    const parent = spawn(process.execPath, [program, options.python, mode], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => parent.kill('SIGKILL'))
    const [line] = await once(createInterface({ input: parent.stdout }), 'line')
    return { parent, pid: Number(line) }
  }
})
