/**
 * Every way the Query API can refuse, with its status. The codes are part of the public contract;
 * docs/api.md says what to do about each.
 */
export const problemStatuses = {
  invalid_parameter: 400,
  invalid_cursor: 400,
  invalid_trace_id: 400,
  not_served_yet: 400,
  malformed_request: 400,
  host_not_allowed: 403,
  trace_not_found: 404,
  queue_item_not_found: 404,
  not_found: 404,
  method_not_allowed: 405,
  internal_error: 500,
  unreadable_body: 500,
  not_ready: 503,
  busy: 503,
  shutting_down: 503,
  database_unavailable: 503,
  query_timeout: 504,
} as const

export type ProblemCode = keyof typeof problemStatuses

export const problemCodes = Object.keys(problemStatuses) as ProblemCode[]
