// The agent as a program: `node src/agent/main.ts [QUESTION …]`. Telemetry takes one line here; OTEL_EXPORTER_OTLP_ENDPOINT
// and TELEMETRY_BACKEND say where it goes.
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { openCanonicalizer } from '@holdfast/canonicalizer'
import { createTelemetry } from '@holdfast/telemetry'
import { answerQuestion, type QuestionOutcome } from './answer-question.ts'
import { readDemoQuestions } from './demo-questions.ts'
import { makeTransport } from './make-transport.ts'
import { openModel } from './open-model.ts'
import { openShopTools } from './open-shop-tools.ts'
import { outages } from './question-failure.ts'
import { readSettings, usage, type AgentSettings } from './read-settings.ts'

/** The words of the shop: what a table, a genre, a length is called. */
const patterns = fileURLToPath(new URL('../../patterns/chinook.jsonl', import.meta.url))

/** So many questions that nobody was there to answer; then the others are not asked. */
const patience = 3

async function main(settings: AgentSettings): Promise<void> {
  const telemetry = createTelemetry({ serviceName: 'text-to-sql-agent' })
  const canonicalizer = await openCanonicalizer({ engine: settings.engine, patterns })
  const tools = await openShopTools(telemetry, () => makeTransport(settings))
  const model = openModel(telemetry, {
    name: settings.modelName,
    baseUrl: settings.modelBaseUrl,
    apiKey: settings.modelApiKey,
  })
  // A question under way is given up; what ended before is sent.
  const end = () => void telemetry.shutdown().finally(() => process.exit(1))
  process.once('SIGTERM', end).once('SIGINT', end)
  try {
    let outagesInARow = 0
    for (const { question, conversationId } of questionsOf(settings)) {
      const parts = { telemetry, canonicalizer, tools, model, conversationId }
      const outcome = await answerQuestion(question, parts)
      tell(outcome, settings)
      outagesInARow = outages.includes(outcome.failureKind) ? outagesInARow + 1 : 0
      if (outagesInARow === patience) throw new Error(`gave up after ${patience}: ${outcome.failure}`)
    }
  } finally {
    await tools.close()
    await canonicalizer.close()
    await telemetry.shutdown() // sends what is still in memory
  }
}

/** Each with the id of its conversation: a new one each time the program runs. */
function questionsOf({ questions }: AgentSettings): { question: string; conversationId: string }[] {
  const run = randomUUID().slice(0, 8)
  const asked = questions.map((question) => ({ question, conversation: 'conversation' }))
  return (asked.length > 0 ? asked : readDemoQuestions()).map(({ question, conversation }) => ({
    question,
    conversationId: `${conversation}-${run}`,
  }))
}

function tell(outcome: QuestionOutcome, { json }: AgentSettings): void {
  const { question, answer, failure, traceId } = outcome
  console.log(json ? JSON.stringify(outcome) : `${question}\n  ${answer ?? failure}\n  trace ${traceId}`)
}

try {
  await main(settingsOrUsage())
} catch (error) {
  console.error(`text-to-sql-agent: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

function settingsOrUsage(): AgentSettings {
  try {
    return readSettings(process.argv.slice(2), process.env)
  } catch (error) {
    console.error(`text-to-sql-agent: ${(error as Error).message}\n\n${usage}`)
    process.exit(2)
  }
}
