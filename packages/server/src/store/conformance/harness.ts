import { encodeSpans } from '../../otlp/test-payload.ts'
import type { Span } from '../../trace/span.ts'
import type { TraceStore, WriteOutcome } from '../trace-store.ts'

/** A body to be stored: payloads as they were accepted, put end to end. */
export interface AcceptedBody {
  readonly payloads: readonly Uint8Array[]
  /** UTC day, `2026-11-23`. */
  readonly arrivalDay: string
  /** Noon of that day when not given. */
  readonly receivedAt?: Date
}

/** What an adapter brings to be tested. */
export interface StoreHarness {
  readonly store: TraceStore
  /** Makes the bodies durable the way the adapter's queue does, then writes them all in one `store.write`. */
  readonly write: (bodies: readonly AcceptedBody[]) => Promise<readonly WriteOutcome[]>
  /** Writes as `write` does, as another server would: with nothing in memory, and at the same time as others. */
  readonly writeElsewhere: StoreHarness['write']
  readonly close: () => Promise<void>
}

export const today = '2026-11-23'

/** Writes one body of one payload. */
export async function writeSpans(
  harness: StoreHarness,
  spans: readonly Span[],
  arrivalDay = today,
): Promise<WriteOutcome> {
  const [outcome] = await harness.write([bodyOf([spans], arrivalDay)])
  return outcome!
}

/** One body; a payload per list of spans. */
export function bodyOf(payloads: readonly (readonly Span[])[], arrivalDay = today): AcceptedBody {
  return { payloads: payloads.map(encodeSpans), arrivalDay }
}

/** Every page of a trace's spans, decoded. */
export async function readAllSpans(
  store: TraceStore,
  traceId: string,
  limit = 1000,
): Promise<readonly Span[]> {
  const spans: Span[] = []
  for (;;) {
    const last = spans.at(-1)
    const after = last === undefined ? undefined : { startUnixNano: last.startUnixNano, spanId: last.spanId }
    const page = await store.readSpans(traceId, { limit, after })
    spans.push(...page)
    if (page.length < limit) return spans
  }
}
