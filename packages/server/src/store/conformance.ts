/**
 * What every TraceStore has to do, as tests: an adapter's test file calls describeTraceStore with itself.
 * The tests share one store and stay out of each other's way by ids and names of their own.
 */
import { after, before, describe } from 'node:test'
import { describeCancellation } from './conformance/cancellation.ts'
import { describeDuplicates } from './conformance/duplicates.ts'
import { describeFindTraces } from './conformance/find-traces.ts'
import { describeFingerprintRanking } from './conformance/fingerprint-ranking.ts'
import { describeFingerprints } from './conformance/fingerprints.ts'
import type { StoreHarness } from './conformance/harness.ts'
import { describeHostileInput } from './conformance/hostile-input.ts'
import { describeModelCallGroups } from './conformance/model-call-groups.ts'
import { describeModelCalls } from './conformance/model-calls.ts'
import { describeOperations } from './conformance/operations.ts'
import { describePaging } from './conformance/paging.ts'
import { describeRoundTrip } from './conformance/round-trip.ts'
import { describeRunningSpans } from './conformance/running-spans.ts'
import { describeSpanRows } from './conformance/span-rows.ts'
import { describeSummaries } from './conformance/summaries.ts'

export type { AcceptedBody, StoreHarness } from './conformance/harness.ts'

const topics = [
  describeRoundTrip,
  describeDuplicates,
  describeRunningSpans,
  describeSummaries,
  describeModelCalls,
  describeModelCallGroups,
  describeSpanRows,
  describeFindTraces,
  describeFingerprints,
  describeFingerprintRanking,
  describePaging,
  describeOperations,
  describeHostileInput,
  describeCancellation,
]

export function describeTraceStore(name: string, open: () => Promise<StoreHarness>): void {
  describe(`${name} as a trace store`, () => {
    let opened: StoreHarness
    before(async () => {
      opened = await open()
    })
    after(() => opened.close())
    for (const describeTopic of topics) describeTopic(() => opened)
  })
}
