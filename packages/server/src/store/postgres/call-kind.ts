import { noOperation } from './dialects/dialect.ts'

/** What a span is with regard to calls of a model. */
export const notACall = 0
export const modelCall = 1
/** Not the same call as a generation around or inside it. */
export const embeddingsCall = 2

const kinds: ReadonlyMap<string, number> = new Map([
  ['chat', modelCall],
  ['text_completion', modelCall],
  ['generate_content', modelCall],
  ['embeddings', embeddingsCall],
  // Their usage repeats that of the model calls inside them.
  ['invoke_agent', notACall],
  ['create_agent', notACall],
  ['invoke_workflow', notACall],
  ['plan', notACall],
  ['execute_tool', notACall],
  // What they tell is of a model that ranks or looks up, which no list of prices has, or of a model call inside them.
  ['retrieval', notACall],
  ['rerank', notACall],
  [noOperation, notACall],
])

/**
 * What a span is, by the word for its operation (gen_ai.operation.name). Who tells tokens under an operation that is
 * nobody's, or under none, is taken for a call: a dialect that is not known yet must not lose what it cost.
 */
export function callKindOf(operation: string | undefined, tellsTokens: boolean): number {
  const known = operation === undefined ? undefined : kinds.get(operation.toLowerCase())
  return known ?? (tellsTokens ? modelCall : notACall)
}
