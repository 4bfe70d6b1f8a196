/** What is known of a whole trace without reading its spans. Times are Unix nanoseconds. */
export interface TraceSummary {
  readonly traceId: string
  readonly startUnixNano: bigint
  readonly endUnixNano: bigint
  readonly spanCount: number
  readonly errorCount: number
  /** Spans that were sent before they ended and have not been heard of as ended. */
  readonly runningCount: number
  /**
   * When the newest body that brought a span of it was received. Looked up where a span is running, and by findTrace always;
   * undefined: not looked up, or no longer known.
   */
  readonly lastHeardAt: Date | undefined
  /** The parentless span with the least (start, span id); the earliest span while no parentless one has arrived. */
  readonly root: {
    readonly spanId: string
    readonly name: string
    readonly serviceName: string
    readonly provisional: boolean
  }
  /** Sums over its model calls, each counted once; undefined when none of them told its tokens. */
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  /**
   * Spans that are calls of a model, also those that tell of a call another one tells of: not less than listModelCalls lists.
   * 0 for what was written before this was counted, which may have tokens all the same.
   */
  readonly modelCallCount: number
  /** Days (UTC) on which spans of the trace arrived, `2026-11-23`. */
  readonly firstArrivalDay: string
  readonly lastArrivalDay: string
}
