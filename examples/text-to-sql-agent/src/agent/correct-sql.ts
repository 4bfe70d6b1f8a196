// Stage 6, only after an error: the model sees what it wrote and what came of it. A span of its own for each correction, so
// that a trace shows how many it took.
import type { AgentParts } from './agent-parts.ts'
import { sqlMessages, type FailedAttempt } from './prompts.ts'
import { readSql } from './read-sql.ts'
import type { ShopSchema } from './retrieve-schema.ts'

export function correctSql(
  question: string,
  schema: ShopSchema,
  failed: readonly FailedAttempt[],
  { telemetry, model }: AgentParts,
): Promise<string> {
  const attributes = { 'text_to_sql.correction': failed.length }
  return telemetry.span('correct-sql', { type: 'CHAIN', attributes, inputs: failed.at(-1) }, async (span) => {
    const sql = readSql(await model.complete(sqlMessages(question, schema, failed)))
    span.setOutputs(sql)
    return sql
  })
}
