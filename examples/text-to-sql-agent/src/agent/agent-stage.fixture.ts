// All parts of an agent for a test: spans in memory, wink, a tiny shop, a model that answers by a script of the test's.
import { openCanonicalizer } from '@holdfast/canonicalizer'
import { createTelemetry, type FinishedSpan } from '@holdfast/telemetry'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { AgentParts } from './agent-parts.ts'
import { openModelStandIn } from '../model-stand-in/open-model-stand-in.ts'
import type { Script } from '../model-stand-in/read-script.ts'
import { answerQuestion, type QuestionOutcome } from './answer-question.ts'
import { openModel } from './open-model.ts'
import { openShopTools } from './open-shop-tools.ts'
import { openTinyShop, type TinyShop } from './tiny-shop.fixture.ts'

export const telemetry = createTelemetry({ serviceName: 'agent-test', backend: 'memory' })

export interface AgentStage extends AsyncDisposable {
  readonly parts: AgentParts
  readonly shop: TinyShop
  ask(question: string): Promise<QuestionOutcome>
}

export interface StageOptions {
  readonly script?: Script
  readonly execute?: (sql: string) => unknown
  /** Instead of the stand-in. */
  readonly modelUrl?: string
}

export async function openAgentStage({
  script = [],
  execute = oneRow,
  modelUrl,
}: StageOptions): Promise<AgentStage> {
  const opened = new AsyncDisposableStack()
  const shop = await openTinyShop(execute)
  opened.defer(() => shop.close())
  const standIn = await openModelStandIn(script)
  opened.defer(() => standIn.close())
  const canonicalizer = await openCanonicalizer({
    engine: 'wink',
    patterns: '{"label":"ENTITY","pattern":"track","id":"TRACK"}',
  })
  opened.defer(() => canonicalizer.close())
  const tools = await openShopTools(telemetry, () => new StreamableHTTPClientTransport(new URL(shop.url)))
  opened.defer(() => tools.close())
  const baseUrl = modelUrl ?? standIn.url
  const model = openModel(telemetry, { name: 'gpt-5-mini', baseUrl, apiKey: 'none', maxRetries: 0 })
  const parts = { telemetry, canonicalizer, tools, model }
  return {
    parts,
    shop,
    ask: (question) => answerQuestion(question, { ...parts, conversationId: 'conversation-1' }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

function oneRow(): unknown {
  return { columns: ['tracks'], rows: [[3503]], row_count: 1, truncated: false }
}

/** The spans of a trace. */
export function spansOf({ traceId }: QuestionOutcome): readonly FinishedSpan[] {
  return telemetry.finishedSpans().filter((span) => span.traceId === traceId)
}

/** The tree as lines, children indented below their parent in the order in which they ended; `!` marks the failed. */
export function drawSpans(outcome: QuestionOutcome): string {
  const spans = spansOf(outcome)
  const draw = (parent: string | undefined, depth: number): string[] =>
    spans
      .filter(({ parentSpanId }) => parentSpanId === parent)
      .flatMap((span) => [
        `${'  '.repeat(depth)}${span.name}${span.status.code === 'ERROR' ? ' !' : ''}`,
        ...draw(span.spanId, depth + 1),
      ])
  return draw(undefined, 0).join('\n')
}
