import { suspectFromAttempt } from './claim.ts'

/**
 * The assignments that take a body in pieces past its next payload, whatever became of that: settled or parked. The last
 * payload settles the body. The attempts fall back to "suspect": the next payload has all its own tries, and the body stays
 * claimed alone.
 * @param spans SQL of the number of spans in the payload
 */
export const stepPastPayload = (spans: string): string => `
  next_ordinal = next_ordinal + 1,
  settled_spans = settled_spans + ${spans},
  attempts = ${suspectFromAttempt - 1},
  state = case when next_ordinal + 1 = payload_count then 1 else 0 end,
  settled_at = case when next_ordinal + 1 = payload_count then clock_timestamp() end,
  lease_token = case when next_ordinal + 1 < payload_count then lease_token end,
  lease_pid = case when next_ordinal + 1 < payload_count then lease_pid end,
  error_code = null, error_message = null`
