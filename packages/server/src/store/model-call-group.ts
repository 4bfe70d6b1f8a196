// Model calls that a TraceStore adds up, so that they need not be read one by one.
import type { ModelCall } from './trace-store.ts'

/** Where groups end: each is a list of ascending bounds, and a group lies between two neighbours. */
export interface CallGrouping {
  /** Input tokens with which another group begins, with what was cached beside them. */
  readonly inputTokens: readonly number[]
  /** Starts of calls with which another group begins. */
  readonly startsUnixNano: readonly bigint[]
  /** The same for every day in UTC, as time since midnight. */
  readonly timesOfDayNano: readonly bigint[]
  /** Groups of one batch at most; one more says that there are more. */
  readonly limit: number
}

/**
 * Calls of one model, of traces with one fingerprint in one period. Of each kind of tokens all of them told some, or all of
 * them 0 (what was not told of a cache is 0), or none of them any. Token counts are sums.
 */
export interface ModelCallGroup extends Pick<
  ModelCall,
  'provider' | 'requestModel' | 'responseModel' | 'outputTokens'
> {
  readonly fingerprint: string
  /** Of the later one of the two periods. */
  readonly isCurrent: boolean
  readonly callCount: number
  /** Of one of them. */
  readonly startUnixNano: bigint
  /**
   * Includes what was cached. Some count cached tokens beside the input, as Anthropic's API does, and not within it, as
   * the conventions say: where a call has more cached than input, it can only be that, and they are added.
   */
  readonly inputTokens: number | undefined
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
}
