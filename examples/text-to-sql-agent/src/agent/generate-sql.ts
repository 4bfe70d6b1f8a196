// Stage 3. The model writes SQL. The call itself is a span within this one (`chat` and the model's name), made by open-model.ts.
import type { AgentParts } from './agent-parts.ts'
import { sqlMessages } from './prompts.ts'
import { readSql } from './read-sql.ts'
import type { ShopSchema } from './retrieve-schema.ts'

export function generateSql(
  question: string,
  schema: ShopSchema,
  { telemetry, model }: AgentParts,
): Promise<string> {
  return telemetry.span('generate-sql', { type: 'CHAIN' }, async (span) => {
    const sql = readSql(await model.complete(sqlMessages(question, schema)))
    span.setOutputs(sql)
    return sql
  })
}
