// What has to be true of every question of the demo, whichever way it went.
import assert from 'node:assert/strict'
import { readDemoQuestions } from '../../examples/text-to-sql-agent/src/agent/demo-questions.ts'
import { standInName } from '../../examples/text-to-sql-agent/src/model-stand-in/open-model-stand-in.ts'
import type { SpanItem, TraceDetail } from '../../packages/server/src/query/contract.ts'
import { getJson, listSpans } from '../stage/query-client.ts'
import { readQuestions, type SaidQuestion } from './demo-process.ts'
import { drawTrace, expectedTrace } from './expected-trace.ts'

export interface AskedQuestion {
  readonly expect: ReturnType<typeof readDemoQuestions>[number]['expect']
  readonly conversation: string
  readonly said: SaidQuestion
  readonly detail: TraceDetail
  readonly spans: readonly SpanItem[]
}

/** All twenty, with what Holdfast has of them. */
export async function readAsked(queryUrl: string, stdout: string): Promise<AskedQuestion[]> {
  const said = readQuestions(stdout)
  const questions = readDemoQuestions()
  assert.deepEqual(
    said.map(({ question }) => question),
    questions.map(({ question }) => question),
  )
  const asked: AskedQuestion[] = []
  for (const [index, { expect, conversation }] of questions.entries()) {
    const { traceId } = said[index]!
    const detail = await getJson<TraceDetail>(queryUrl, `/api/v1/traces/${traceId}`)
    assert.ok(detail, `trace ${traceId}`)
    const spans = await listSpans(queryUrl, traceId, 'attributes')
    asked.push({ expect, conversation, said: said[index]!, detail, spans })
  }
  return asked
}

/** One trace, whole, over both processes, with the stages that its outcome has. */
export function checkTree({ expect, said, detail, spans }: AskedQuestion, engine: 'spacy' | 'wink'): void {
  const found = attributesOf(spans, 'retrieve-schema')['output.value']
  const { tables } = JSON.parse(String(found)) as { tables: string[] }
  const expected = expectedTrace({ engine, tables: tables.length, outcome: expect.outcome })
  assert.deepEqual(drawTrace(spans), expected, said.question)
  assert.equal(detail.span_count, spans.length)
  const { joined_count, broken_count, undecided_count } = detail.continuity
  const crossings = spans.filter(({ kind }) => kind === 'server').length
  assert.deepEqual([joined_count, broken_count, undecided_count], [crossings, 0, 0], said.question)
}

/** In dollars a token: what the price list says of gpt-5-nano, for which the stand-in stands. */
const prices = { input: 0.05e-6, output: 0.4e-6 }

/** What Holdfast adds up is what the model calls say. */
export function checkTokens({ said, detail, spans }: AskedQuestion): void {
  const sum = (name: string): number =>
    spans.reduce((total, { attributes }) => total + Number(attributes?.[name] ?? 0), 0)
  const input = sum('gen_ai.usage.input_tokens')
  const output = sum('gen_ai.usage.output_tokens')
  assert.ok(input > 0 && output > 0, said.question)
  assert.deepEqual([detail.input_tokens, detail.output_tokens], [input, output], said.question)
  const usd = input * prices.input + output * prices.output
  assert.ok(
    Math.abs((detail.cost?.usd ?? 0) - usd) < 1e-9,
    `${said.question}: ${detail.cost?.usd}, not ${usd}`,
  )
  assert.equal(detail.cost?.unpriced_calls, 0)
  // Nowhere a model's name that was never asked.
  const modelNames = spans.flatMap(({ attributes }) =>
    ['gen_ai.request.model', 'gen_ai.response.model'].map((name) => attributes?.[name] ?? standInName),
  )
  assert.deepEqual([...new Set(modelNames)], [standInName], said.question)
}

export function attributesOf(spans: readonly SpanItem[], name: string): Readonly<Record<string, unknown>> {
  const span = spans.find((one) => one.name === name)
  assert.ok(span, `no span ${name}`)
  return span.attributes ?? {}
}
