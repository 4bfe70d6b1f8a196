/**
 * What became of the spans, in spans unless named. As long as nothing of the spool was replayed:
 * `taken = delivered + rejected + dropped + spooled + queuedSpans`.
 */
export interface DeliveryCounts {
  readonly taken: number
  /** Acknowledged by the server, sent from memory. */
  readonly delivered: number
  /** Refused by the server: by a partial success or a permanent error. */
  readonly rejected: number
  /** Left to the disk, not in memory any more. */
  readonly spooled: number
  /** Acknowledged by the server, sent from the disk, whichever process had left them there. */
  readonly replayed: number
  /** Given up: over the bounds of memory or disk, damaged on disk, or impossible to encode. */
  readonly dropped: number
  /** In memory now, waiting or under way. */
  readonly queuedSpans: number
  readonly queuedBytes: number
  /** The newest trouble, without any content of spans. */
  readonly lastError: string | undefined
}

type Mutable<T> = { -readonly [name in keyof T]: T[name] }

/** What the delivery itself counts. */
export type MutableCounts = Mutable<Omit<DeliveryCounts, 'queuedSpans' | 'queuedBytes'>>

/** Counts that start at zero; what is queued is read from the queue whenever somebody looks. */
export function newCounts(
  queue: Pick<DeliveryCounts, 'queuedSpans' | 'queuedBytes'>,
): MutableCounts & Pick<DeliveryCounts, 'queuedSpans' | 'queuedBytes'> {
  return {
    taken: 0,
    delivered: 0,
    rejected: 0,
    spooled: 0,
    replayed: 0,
    dropped: 0,
    get queuedSpans() {
      return queue.queuedSpans
    },
    get queuedBytes() {
      return queue.queuedBytes
    },
    lastError: undefined,
  }
}
