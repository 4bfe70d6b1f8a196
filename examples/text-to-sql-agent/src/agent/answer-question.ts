// The agent: one question through all stages, in one trace. Each stage is a span and a file of its own; this one puts them in
// order. A question that cannot be answered is a failed trace and a sentence, never an exception: the next one goes on.
import { maxAttempts, trySql } from './try-sql.ts'
import type { AgentParts } from './agent-parts.ts'
import { canonicalize } from './canonicalize.ts'
import { correctSql } from './correct-sql.ts'
import type { Row, Rows } from './execute-sql.ts'
import { generateSql } from './generate-sql.ts'
import type { FailedAttempt } from './prompts.ts'
import { QuestionFailure, type FailureKind } from './question-failure.ts'
import { retrieveSchema } from './retrieve-schema.ts'
import { synthesize } from './synthesize.ts'

export interface QuestionOutcome {
  readonly question: string
  readonly conversationId: string
  readonly traceId: string
  /** Empty where the question could not be made canonical. */
  readonly fingerprint: string
  /** How many times the model was asked for SQL. */
  readonly attempts: number
  /** The last that was tried. */
  readonly sql?: string
  readonly columns?: readonly string[]
  readonly rows?: readonly Row[]
  readonly answer?: string
  /** There is no answer: what happened, and what to do. */
  readonly failure?: string
  readonly failureKind?: FailureKind | 'Unexpected'
}

type Findings = { -readonly [Key in keyof QuestionOutcome]: QuestionOutcome[Key] }

/** Never rejects. */
export async function answerQuestion(
  question: string,
  { conversationId, ...parts }: AgentParts & { readonly conversationId: string },
): Promise<QuestionOutcome> {
  const findings: Findings = { question, conversationId, traceId: '', fingerprint: '', attempts: 0 }
  try {
    // The root of the trace. What its work throws marks it failed, and goes on to us.
    await parts.telemetry.agentRun({ name: 'text-to-sql', inputs: question }, async (run) => {
      findings.traceId = run.traceId
      // All questions of a conversation have traces of their own, which this holds together.
      parts.telemetry.updateCurrentTrace({ conversationId })
      await runStages(question, parts, findings)
      run.setOutputs(findings.answer)
    })
    return findings
  } catch (error) {
    if (error instanceof QuestionFailure) {
      return { ...findings, failure: error.message, failureKind: error.kind }
    }
    const message = error instanceof Error ? error.message : String(error)
    return { ...findings, failure: `The agent has a bug: ${message}`, failureKind: 'Unexpected' }
  }
}

/** Writes down what it finds as it goes, so that a failure keeps what came before it. */
async function runStages(question: string, parts: AgentParts, findings: Findings): Promise<void> {
  findings.fingerprint = await canonicalize(question, parts)
  const schema = await retrieveSchema(question, parts)

  const failed: FailedAttempt[] = []
  let rows: Rows | undefined
  while (rows === undefined) {
    findings.attempts += 1
    const sql = await (failed.length === 0
      ? generateSql(question, schema, parts)
      : correctSql(question, schema, failed, parts))
    findings.sql = sql
    const tried = await trySql(sql, schema, parts)
    if (tried.ok) rows = tried.rows
    else failed.push({ sql, problem: tried.problem })
    if (failed.length === maxAttempts) throw noSqlWorks(failed)
  }
  findings.columns = rows.columns
  findings.rows = rows.rows
  findings.answer = await synthesize(question, rows, parts)
}

function noSqlWorks(failed: readonly FailedAttempt[]): QuestionFailure {
  const last = failed.at(-1)?.problem
  return new QuestionFailure(
    'SqlFailed',
    `No SQL for this works, after ${failed.length} attempts. The last one: ${last}. Ask for what the tables hold, or in other words.`,
  )
}
