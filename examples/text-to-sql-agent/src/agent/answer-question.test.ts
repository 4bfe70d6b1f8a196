import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawSpans, openAgentStage, spansOf } from './agent-stage.fixture.ts'

const question = 'How many tracks are there?'
const script = [
  {
    questions: [question],
    sql: ['select count(*) as tracks from track'],
    answer: 'There are {tracks}.',
    row: '',
  },
]
const opening = `invoke_agent text-to-sql
  canonicalize.wink
  retrieve-schema
    tools/call list_tables
    tools/call search_relevant_tables
    tools/call get_table_schema
  generate-sql
    chat gpt-5-mini
  validate-sql`

test('a question goes through all stages, each a span, in one trace', async () => {
  await using stage = await openAgentStage({ script })
  const outcome = await stage.ask(question)
  assert.deepEqual(outcome, {
    question,
    conversationId: 'conversation-1',
    traceId: outcome.traceId,
    fingerprint: 'METRIC:COUNT(TRACK)',
    attempts: 1,
    sql: 'select count(*) as tracks from track',
    columns: ['tracks'],
    rows: [[3503]],
    answer: 'There are 3503.',
  })
  const execution = '  execute-sql\n    tools/call execute_sql_query\n  synthesize\n    chat gpt-5-mini'
  assert.equal(sorted(drawSpans(outcome)), sorted(`${opening}\n${execution}`))
  const root = spansOf(outcome).find(({ parentSpanId }) => parentSpanId === undefined)
  assert.equal(root?.attributes['gen_ai.conversation.id'], 'conversation-1')
})

test('each model call has its tokens and says that a stand-in answered', async () => {
  await using stage = await openAgentStage({ script })
  const calls = spansOf(await stage.ask(question)).filter(({ name }) => name === 'chat gpt-5-mini')
  assert.equal(calls.length, 2)
  for (const { attributes } of calls) {
    assert.ok(Number(attributes['gen_ai.usage.input_tokens']) > 20)
    assert.ok(Number(attributes['gen_ai.usage.output_tokens']) > 3)
    assert.equal(attributes['openai.response.system_fingerprint'], 'holdfast-model-stand-in')
  }
})

test('an error of the database is corrected, and the trace is no failure', async () => {
  const corrected = [
    { ...script[0]!, sql: ['select missing as tracks from track', 'select 1 as tracks from track'] },
  ]
  const execute = (sql: string) => {
    if (sql.includes('missing')) throw new Error('column "missing" does not exist')
    return { columns: ['tracks'], rows: [[1]], truncated: false }
  }
  await using stage = await openAgentStage({ script: corrected, execute })
  const outcome = await stage.ask(question)
  assert.deepEqual([outcome.answer, outcome.attempts], ['There are 1.', 2])
  const failed = spansOf(outcome).filter(({ status }) => status.code === 'ERROR')
  assert.deepEqual(failed.map(({ name }) => name).sort(), ['execute-sql', 'tools/call execute_sql_query'])
  assert.equal(spansOf(outcome).filter(({ name }) => name === 'correct-sql').length, 1)
})

test('after two corrections it gives up, says what the last error was, and the root has failed', async () => {
  const execute = () => {
    throw new Error('column "rating" does not exist')
  }
  await using stage = await openAgentStage({ script, execute })
  const outcome = await stage.ask(question)
  assert.equal(outcome.failureKind, 'SqlFailed')
  assert.match(outcome.failure ?? '', /after 3 attempts.*column "rating" does not exist \(SQLSTATE 42703\)/)
  assert.equal(outcome.attempts, 3)
  const root = spansOf(outcome).find(({ parentSpanId }) => parentSpanId === undefined)
  assert.deepEqual([root?.status.code, root?.attributes['error.type']], ['ERROR', 'SqlFailed'])
})

test('what is no query never reaches the tool', async () => {
  const hostile = [
    {
      ...script[0]!,
      sql: ['delete from track', 'with gone as (delete from track returning 1) select 1', 'x'],
    },
  ]
  await using stage = await openAgentStage({ script: hostile })
  assert.equal((await stage.ask(question)).failureKind, 'SqlFailed')
  assert.deepEqual(stage.shop.executed, [])
})

test('no rows are an answer: that nothing was found, and what was looked for', async () => {
  await using stage = await openAgentStage({
    script,
    execute: () => ({ columns: ['tracks'], rows: [], truncated: false }),
  })
  const outcome = await stage.ask(question)
  assert.equal(outcome.answer, `Nothing was found. Asked for: ${question}`)
  assert.deepEqual([outcome.failureKind, outcome.rows, outcome.attempts], [undefined, [], 1])
  const tree = drawSpans(outcome)
  assert.match(tree, /synthesize\n {4}chat/)
  assert.doesNotMatch(tree, /!/)
})

test('a question that the model has no SQL for fails with its reason, and the next one goes on', async () => {
  await using stage = await openAgentStage({ script })
  const outcome = await stage.ask('What is the weather in Hamburg?')
  assert.equal(outcome.failureKind, 'NotAnswerable')
  assert.match(outcome.failure ?? '', /stand-in/)
  assert.equal((await stage.ask(question)).answer, 'There are 3503.')
})

test('a question that is too long is refused before anybody is asked', async () => {
  await using stage = await openAgentStage({ script })
  const outcome = await stage.ask('why '.repeat(2_000))
  assert.equal(outcome.failureKind, 'QuestionTooLong')
  assert.equal(sorted(drawSpans(outcome)), sorted('invoke_agent text-to-sql !\n  canonicalize.wink !'))
})

test('while the MCP server is away questions fail, and when it is back they do not', async () => {
  await using stage = await openAgentStage({ script })
  await stage.shop.close()
  const outcome = await stage.ask(question)
  assert.equal(outcome.failureKind, 'ToolsAway')
  assert.match(outcome.failure ?? '', /^The MCP server or its database is away/)
  assert.match(drawSpans(outcome), /^invoke_agent text-to-sql !/)
})

/** Siblings that run at the same time may end in any order. */
function sorted(tree: string): string {
  return tree.split('\n').sort().join('\n')
}
