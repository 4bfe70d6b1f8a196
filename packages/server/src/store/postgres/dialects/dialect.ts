/**
 * What a dialect is: the names under which one family of instrumentations sends what otel.span_row has a column for, as
 * data. promoted-attributes.ts puts the dialects in order; promoted-values.ts reads spans with them.
 */

/**
 * Columns of otel.span_row that attributes fill, in the order in which rows are written, and what they hold. One more that most
 * spans leave empty is 4 bytes of COPY and cannot be measured: with `fingerprint` a thread builds 371 k rows/s, without it 372
 * (payloads of 512 spans of the load program, medians of four runs each, in turns).
 */
export const promotedColumns = {
  input_tokens: 'count',
  output_tokens: 'count',
  cache_read_tokens: 'count',
  cache_write_tokens: 'count',
  reasoning_tokens: 'count',
  gen_ai_operation_id: 'term',
  provider_id: 'term',
  request_model_id: 'term',
  response_model_id: 'term',
  agent_id: 'term',
  tool_id: 'term',
  mcp_method_id: 'term',
  http_method_id: 'term',
  http_route_id: 'term',
  http_status_code: 'count',
  db_system_id: 'term',
  db_operation_id: 'term',
  db_collection_id: 'term',
  error_type_id: 'term',
  context_carrier_id: 'term',
  conversation_id: 'text',
  user_id: 'text',
  mcp_session_id: 'text',
  fingerprint: 'fingerprint',
} as const satisfies Record<string, PromotedType>

export type PromotedType =
  /** An integer from 0 to 2^31 - 1. */
  | 'count'
  /** Few distinct values: kept as an id of otel.term. */
  | 'term'
  /** Many distinct values: kept as text. */
  | 'text'
  /** Text that is shortened where it is too long, and not left out: see trace/fingerprint.ts. */
  | 'fingerprint'

export type PromotedColumn = keyof typeof promotedColumns

/** What is read of a span and has no column of its own. */
export type AsideName =
  /** true: the span was sent before it ended. */
  | 'running'
  /** A name that is the tool's where the operation is execute_tool, and the agent's where it is invoke_agent. */
  | 'entity_name'
  /** Token counts as JSON: an object with the keys of `jsonUsage`. */
  | 'json_usage'

/** Turns a value as it is sent into the word of the GenAI conventions; undefined: a word nobody knows, as if not sent. */
export type Translate = (sent: string) => string | undefined

export interface DialectKey {
  readonly key: string
  readonly translate: Translate
}

/**
 * Who tells input tokens without those that a cache gave or took, as some providers' APIs count. In the conventions they are
 * part of the input, so they are added when a row is built.
 */
export interface InputWithoutCache {
  /** Spans of these instrumentation scopes. */
  readonly scopes?: readonly string[]
  /** Spans that tell what was read from a cache under one of these keys, of a provider that counts like that. */
  readonly cacheKeys?: readonly string[]
}

/** Where a span has several of a column's keys, the one named first counts. */
export type Dialect = Readonly<
  Partial<
    Record<PromotedColumn, readonly (string | DialectKey)[]> &
      Record<AsideName, readonly string[]> & { readonly inputWithoutCache: InputWithoutCache }
  >
>

/** An operation that the conventions have no word for, so that the column stays empty, but known to be no model call. */
export const noOperation = ''

/** Only these words are known. */
export function words(table: Readonly<Record<string, string>>): Translate {
  const map = new Map(Object.entries(table))
  return (sent) => map.get(sent)
}

/** A value that is sent as JSON, of a string. */
export function inQuotes(translate: Translate = (sent) => sent): Translate {
  return (sent) => translate(/^"[^"\\]*"$/.test(sent) ? sent.slice(1, -1) : sent)
}
