// The programs of examples/auto-instrumentation, as their README starts them: what others' instrumentations, and SDKs that
// trace themselves, tell of a model call is understood, and each call counts once.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import pg from 'pg'
import type { TraceDetail } from '../../packages/server/src/query/contract.ts'
import { atEnd } from '../stage/at-end.ts'
import { runChild, startChild } from '../stage/child-process.ts'
import { runHoldfast, startHoldfast, type Holdfast } from '../stage/holdfast-process.ts'
import { layOutExample } from '../stage/lay-out-example.ts'
import { startPostgres } from '../stage/postgres-process.ts'
import { getJson } from '../stage/query-client.ts'
import { waitUntil } from '../stage/wait-until.ts'

/** What the stand-in says that each answer took. */
const inputTokens = 1200
const outputTokens = 34

const esm = ['--import', './instrumentation.mjs']
const commonJs = ['--require', './instrumentation.cjs']

interface Case {
  readonly title: string
  readonly args: readonly string[]
  /** Model calls that are made, and what the table of usage says of them. */
  readonly calls: number
  readonly provider: string | null
  readonly model: string
  /** How many spans tell tokens. */
  readonly spansWithTokens: number
  readonly tool?: string
}

const gpt = { provider: 'openai', model: 'gpt-5-2026-08-07' }
const claude = { provider: 'anthropic', model: 'claude-opus-4-6' }

const cases: readonly Case[] = [
  { title: 'OpenAI, ESM', args: [...esm, 'openai.mjs'], calls: 1, ...gpt, spansWithTokens: 1 },
  {
    title: 'OpenAI, a stream, by ourselves',
    args: [...esm, 'openai-stream.mjs'],
    calls: 1,
    ...gpt,
    spansWithTokens: 1,
  },
  { title: 'OpenAI, CommonJS', args: [...commonJs, 'openai.cjs'], calls: 1, ...gpt, spansWithTokens: 1 },
  {
    title: 'Anthropic by itself, ESM',
    args: [...esm, 'anthropic.mjs'],
    calls: 1,
    ...claude,
    spansWithTokens: 1,
  },
  {
    title: 'Anthropic with an instrumentation on top, CommonJS',
    args: [...commonJs, 'anthropic.cjs'],
    calls: 1,
    ...claude,
    spansWithTokens: 2,
  },
  {
    title: 'LangChain.js, ESM',
    args: [...esm, 'langchain.mjs'],
    calls: 2,
    // It tells the model that was asked for, and no provider.
    provider: null,
    model: 'gpt-5',
    spansWithTokens: 2,
    tool: 'get_weather',
  },
  {
    title: 'Vercel AI SDK, ESM',
    args: [...esm, 'ai-sdk.mjs'],
    calls: 2,
    ...gpt,
    spansWithTokens: 3, // the agent tells the sum of its calls
    tool: 'get_weather',
  },
]

test('auto-instrumentation', async (t) => {
  const [database, folder] = await Promise.all([openDatabase(t), layOutExample(t, 'auto-instrumentation')])
  const holdfast = await startHoldfast(t, { url: database.url })
  const standIn = startChild(t, {
    title: 'stand-in of the providers',
    command: process.execPath,
    args: ['provider-stand-in.mjs'],
    cwd: folder,
  })
  const address = await standIn.waitForLine((line) => /http:\/\/\S+/.exec(line)?.[0])

  for (const one of cases) {
    await t.test(
      `${one.title}: model, tokens, conversation and tool arrive, each call counts once`,
      async (t) => {
        const traceId = await runProgram(t, one.args, { folder, holdfast, address })
        const detail = await waitForTrace(holdfast, traceId)
        assert.equal(detail.input_tokens, one.calls * inputTokens)
        assert.equal(detail.output_tokens, one.calls * outputTokens)
        assert.deepEqual(
          detail.usage.map(({ provider, model, calls }) => ({ provider, model, calls })),
          [{ provider: one.provider, model: one.model, calls: one.calls }],
        )
        const rows = await database.readSpans(traceId)
        const told = rows.filter((row) => row.input_tokens !== null)
        assert.equal(told.length, one.spansWithTokens)
        const operations = rows.map((row) => row.gen_ai_operation_name)
        assert.ok(operations.includes('chat'), `one is a chat: ${operations.join(', ')}`)
        assert.ok(rows.some((row) => row.conversation_id === 'conversation-1'))
        if (one.tool !== undefined) {
          const tools = rows.filter((row) => row.gen_ai_operation_name === 'execute_tool')
          assert.deepEqual(
            tools.map((row) => row.gen_ai_tool_name),
            [one.tool],
          )
        }
        const requests = rows.filter((row) => row.name === 'POST').length
        assert.equal(
          requests,
          one.calls,
          'the HTTP instrumentation sees the provider, and not our own export',
        )
      },
    )
  }
})

interface SpanRow {
  readonly name: string
  readonly gen_ai_operation_name: string | null
  readonly input_tokens: number | null
  readonly conversation_id: string | null
  readonly gen_ai_tool_name: string | null
}

interface Database {
  readonly url: string
  readSpans(traceId: string): Promise<SpanRow[]>
}

async function openDatabase(t: TestContext): Promise<Database> {
  const { url } = await startPostgres(t)
  const migrated = await runHoldfast(t, ['migrate'], { DATABASE_URL: url })
  assert.equal(migrated.code, 0, migrated.stderr)
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  atEnd(t, () => pool.end())
  return {
    url,
    readSpans: async (traceId) =>
      (await pool.query<SpanRow>('select * from otel.spans where trace_uuid = $1::uuid', [traceId])).rows,
  }
}

interface Surroundings {
  readonly folder: string
  readonly holdfast: Holdfast
  readonly address: string
}

async function runProgram(
  t: TestContext,
  args: readonly string[],
  { folder, holdfast, address }: Surroundings,
): Promise<string> {
  const ran = await runChild(t, {
    title: args.join(' '),
    command: process.execPath,
    args,
    cwd: folder,
    env: {
      OPENAI_API_KEY: 'none',
      OPENAI_BASE_URL: `${address}/v1`,
      ANTHROPIC_API_KEY: 'none',
      ANTHROPIC_BASE_URL: address,
      OTEL_SERVICE_NAME: 'auto-instrumented',
      OTEL_EXPORTER_OTLP_ENDPOINT: holdfast.otlpHttpUrl,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      TELEMETRY_SPOOL_DIR: join(folder, 'spool'),
    },
  })
  assert.equal(ran.code, 0, ran.stderr)
  const [, traceId] = /^trace ([0-9a-f]{32})$/m.exec(ran.stdout) ?? []
  assert.ok(traceId, ran.stdout)
  return traceId
}

/** The program has ended, so everything is acknowledged; what remains is that it is persisted. */
async function waitForTrace(holdfast: Holdfast, traceId: string): Promise<TraceDetail> {
  let detail: TraceDetail | undefined
  await waitUntil(async () => {
    detail = await getJson<TraceDetail>(holdfast.queryUrl, `/api/v1/traces/${traceId}`)
    return detail !== undefined && !detail.root_provisional
  })
  assert.ok(detail)
  return detail
}
