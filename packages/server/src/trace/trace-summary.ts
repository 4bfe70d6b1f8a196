/** What is known of a whole trace without reading its spans. Times are Unix nanoseconds. */
export interface TraceSummary {
  readonly traceId: string
  readonly startUnixNano: bigint
  readonly endUnixNano: bigint
  readonly spanCount: number
  readonly errorCount: number
  /** Spans that were sent before they ended and have not been heard of as ended. */
  readonly runningCount: number
  /** When the newest copy of one of its running spans was received; undefined when none is running. */
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
  /** Days (UTC) on which spans of the trace arrived, `2026-11-23`. */
  readonly firstArrivalDay: string
  readonly lastArrivalDay: string
}
