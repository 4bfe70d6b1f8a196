/**
 * Which attributes have a column of their own in otel.span_row, under all the names they are sent with.
 * Where a span has several of an entry's keys, the one named first counts. Old names stand behind the new ones:
 * semantic conventions for HTTP (v1.23 migration), databases (v1.30 migration) and GenAI (gen_ai.* renames).
 */
export type PromotedType =
  /** An integer from 0 to 2^31 - 1. */
  | 'count'
  /** Few distinct values: kept as an id of otel.term. */
  | 'term'
  /** Many distinct values: kept as text. */
  | 'text'

export interface PromotedAttribute {
  readonly column: string
  readonly type: PromotedType
  readonly keys: readonly string[]
}

/** In the order in which rows are written. */
export const promotedAttributes: readonly PromotedAttribute[] = [
  {
    column: 'input_tokens',
    type: 'count',
    keys: ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'],
  },
  {
    column: 'output_tokens',
    type: 'count',
    keys: ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'],
  },
  { column: 'cache_read_tokens', type: 'count', keys: ['gen_ai.usage.cache_read.input_tokens'] },
  {
    column: 'cache_write_tokens',
    type: 'count',
    keys: ['gen_ai.usage.cache_write.input_tokens', 'gen_ai.usage.cache_creation.input_tokens'],
  },
  { column: 'reasoning_tokens', type: 'count', keys: ['gen_ai.usage.reasoning.output_tokens'] },
  { column: 'gen_ai_operation_id', type: 'term', keys: ['gen_ai.operation.name'] },
  { column: 'provider_id', type: 'term', keys: ['gen_ai.provider.name', 'gen_ai.system'] },
  { column: 'request_model_id', type: 'term', keys: ['gen_ai.request.model'] },
  { column: 'response_model_id', type: 'term', keys: ['gen_ai.response.model'] },
  { column: 'agent_id', type: 'term', keys: ['gen_ai.agent.name'] },
  { column: 'tool_id', type: 'term', keys: ['gen_ai.tool.name'] },
  { column: 'mcp_method_id', type: 'term', keys: ['mcp.method.name'] },
  { column: 'http_method_id', type: 'term', keys: ['http.request.method', 'http.method'] },
  { column: 'http_route_id', type: 'term', keys: ['http.route'] },
  { column: 'http_status_code', type: 'count', keys: ['http.response.status_code', 'http.status_code'] },
  { column: 'db_system_id', type: 'term', keys: ['db.system.name', 'db.system'] },
  { column: 'db_operation_id', type: 'term', keys: ['db.operation.name', 'db.operation'] },
  { column: 'db_collection_id', type: 'term', keys: ['db.collection.name', 'db.sql.table'] },
  { column: 'error_type_id', type: 'term', keys: ['error.type'] },
  { column: 'context_carrier_id', type: 'term', keys: ['holdfast.context.carrier'] },
  { column: 'conversation_id', type: 'text', keys: ['gen_ai.conversation.id'] },
  { column: 'user_id', type: 'text', keys: ['user.id', 'enduser.id'] },
  { column: 'mcp_session_id', type: 'text', keys: ['mcp.session.id'] },
]

/** Operations whose usage repeats that of the model calls inside them: their tokens are not added up. */
export const enclosingOperations: ReadonlySet<string> = new Set([
  'invoke_agent',
  'create_agent',
  'invoke_workflow',
  'plan',
])

/** Longer values are not promoted: a filter treats the missing value as "may match" and asks the body. */
export const maxPromotedBytes = 256
