// The demo when something is amiss: it says what, in a sentence, and leaves nothing behind.
import assert from 'node:assert/strict'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { TraceDetail } from '../../packages/server/src/query/contract.ts'
import { findFreePort } from '../stage/free-port.ts'
import { findPostmaster } from '../stage/holdfast-process.ts'
import { getJson } from '../stage/query-client.ts'
import { makeTemporaryDirectory } from '../stage/temporary-directory.ts'
import { waitUntil } from '../stage/wait-until.ts'
import { findProcesses, readOfProcess, readQuestions, startDemo, type Demo } from './demo-process.ts'

const wink = ['--engine', 'wink']

/** The process of the demo whose command line has this. */
function findProgram({ dataDir }: Demo, name: string): number {
  const found = findProcesses(dataDir).filter((pid) => readOfProcess(`/proc/${pid}/cmdline`).includes(name))
  assert.equal(found.length, 1, name)
  return found[0]!
}

async function nothingIsLeft({ dataDir }: Demo): Promise<void> {
  await waitUntil(() => findProcesses(dataDir).length === 0)
  assert.equal(await findPostmaster(dataDir), undefined)
}

describe('the demo in trouble', () => {
  test('an MCP server that dies fails the questions that are left, and is told', async (t) => {
    const demo = startDemo(t, await makeTemporaryDirectory(t), wink)
    await demo.child.waitForLine((line) => /traces\/[0-9a-f]{32}/.exec(line)?.[0])
    process.kill(findProgram(demo, 'mcp-server/main.ts'), 'SIGKILL')
    assert.equal((await demo.child.exited).code, 1)
    const said = readQuestions(demo.child.stdout())
    assert.ok(said.length < 20, 'it gave up')
    assert.match(said.at(-1)!.said, /^failed: The MCP server/)
    assert.match(demo.child.stderr(), /^demo: the MCP server ended by itself \(SIGKILL\)/)
    await nothingIsLeft(demo)
  })

  test('without a model questions fail, readably, and their traces are stored', async (t) => {
    const demo = startDemo(t, await makeTemporaryDirectory(t), wink, {
      OPENAI_BASE_URL: `http://127.0.0.1:${await findFreePort()}/v1`,
      OPENAI_API_KEY: 'none',
    })
    const traceId = await demo.child.waitForLine((line) => /traces\/([0-9a-f]{32})/.exec(line)?.[1])
    assert.match(readQuestions(demo.child.stdout())[0]!.said, /^failed: The model cannot be reached/)
    const queryUrl = await demo.queryUrl
    const failed = ['chat gpt-5-mini', 'generate-sql', 'invoke_agent text-to-sql'].join()
    await waitUntil(async () => {
      const detail = await getJson<TraceDetail>(queryUrl, `/api/v1/traces/${traceId}`)
      const names = detail?.spans.filter(({ status }) => status === 'error').map(({ name }) => name)
      return names?.sort().join() === failed
    })
    assert.equal((await demo.child.exited).code, 1)
    assert.equal(readQuestions(demo.child.stdout()).length, 3)
    assert.match(demo.child.stderr(), /^demo: the agent could not go on.*gave up after 3: The model cannot/)
    await nothingIsLeft(demo)
  })

  test('an MLflow that is away costs no answer, and what waits for it is told', async (t) => {
    const demo = startDemo(t, await makeTemporaryDirectory(t), [...wink, 'How many tracks are there?'], {
      TELEMETRY_BACKEND: 'dual',
      MLFLOW_TRACKING_URI: `http://127.0.0.1:${await findFreePort()}`,
    })
    assert.equal((await demo.child.exited).code, 0)
    assert.equal(readQuestions(demo.child.stdout()).length, 1)
    assert.match(
      demo.child.stdout(),
      /They wait on disk, and the next run sends them:\n {2}\d+ requests? in .*mlflow-/,
    )
    await nothingIsLeft(demo)
  })

  test('questions of one’s own are asked, and none that is answered is a failure', async (t) => {
    const questions = ['What is the weather in Hamburg?', 'How many tracks are there?']
    for (const [asked, code] of [
      [questions, 0],
      [questions.slice(0, 1), 1],
    ] as const) {
      const demo = startDemo(t, await makeTemporaryDirectory(t), [...wink, ...asked])
      assert.equal((await demo.child.exited).code, code)
      const said = readQuestions(demo.child.stdout())
      assert.deepEqual(
        said.map(({ question }) => question),
        asked,
      )
      assert.match(said[0]!.said, /^failed: .*stand-in/)
      if (code === 1) assert.equal(demo.child.stderr(), 'demo: no question was answered; each says why\n')
      else assert.ok(demo.child.stdout().includes(`\n  HOLDFAST_DATA_DIR='${demo.dataDir}' make run\n`))
      await nothingIsLeft(demo)
    }
  })

  test('a Holdfast that dies ends the demo, which says so', async (t) => {
    const demo = startDemo(t, await makeTemporaryDirectory(t), wink)
    await demo.child.waitForLine((line) => /traces\/[0-9a-f]{32}/.exec(line)?.[0])
    process.kill(findProgram(demo, 'cli/main.ts'), 'SIGKILL')
    assert.equal((await demo.child.exited).code, 1)
    assert.match(demo.child.stderr(), /^demo: Holdfast ended by itself \(SIGKILL\)/)
  })

  test('a machine without Python: wink, and it is said; with --engine spacy the demo ends', async (t) => {
    const bin = join(await makeTemporaryDirectory(t), 'bin')
    await mkdir(bin)
    await symlink(process.execPath, join(bin, 'node'))
    const env = { PATH: bin, XDG_CACHE_HOME: await makeTemporaryDirectory(t), PYTHON: '', SPACY_PYTHON: '' }
    const any = startDemo(t, await makeTemporaryDirectory(t), [], env)
    await any.child.waitForLine((line) => (line.includes('by wink') ? line : undefined))
    assert.match(
      any.child.stdout(),
      /Going on with the engine wink, for there is no spaCy: .*no Python 3\.10 or newer/,
    )
    any.child.kill('SIGTERM')
    assert.equal((await any.child.exited).code, 143)
    const one = startDemo(t, await makeTemporaryDirectory(t), ['--engine', 'spacy'], env)
    assert.equal((await one.child.exited).code, 1)
    assert.match(one.child.stderr(), /^demo: there is no spaCy: .*no Python 3\.10 or newer/)
    await nothingIsLeft(one)
  })

  const moments: readonly (readonly [string, RegExp])[] = [
    ['at the start', /^Starting/],
    ['amid the questions', /^ *7 {2}/],
    ['amid what was recorded', /^What Holdfast recorded/],
  ]
  for (const [moment, line] of moments) {
    test(`Ctrl-C ${moment} leaves nothing behind`, async (t) => {
      const demo = startDemo(t, await makeTemporaryDirectory(t), wink)
      await demo.child.waitForLine((one) => (line.test(one) ? one : undefined))
      demo.child.killGroup('SIGINT')
      demo.child.killGroup('SIGINT') // who is impatient
      assert.deepEqual(await demo.child.exited, { code: 130, signal: null })
      assert.match(demo.child.stderr(), /^demo: stopped by SIGINT$/m)
      await nothingIsLeft(demo)
    })
  }

  test('killed, it takes its programs along, and the database stops in good order', async (t) => {
    const demo = startDemo(t, await makeTemporaryDirectory(t), wink)
    await demo.child.waitForLine((line) => /traces\/[0-9a-f]{32}/.exec(line)?.[0])
    demo.child.kill('SIGKILL')
    await nothingIsLeft(demo)
  })

  test('bad usage is told before anything starts', async (t) => {
    const demo = startDemo(t, await makeTemporaryDirectory(t), ['--transport', 'grpc'])
    assert.deepEqual(await demo.child.exited, { code: 2, signal: null })
    assert.match(demo.child.stderr(), /^demo: --transport is "grpc"; it takes http, sse, stdio/)
  })
})
