/**
 * What every TraceStore has to do, as tests: an adapter's test file calls describeTraceStore with itself.
 * The tests share one store and stay out of each other's way by ids and names of their own.
 */
import { after, before, describe } from 'node:test'
import { describeRoundTrip } from './conformance/round-trip.ts'
import type { StoreHarness } from './conformance/harness.ts'

export type { AcceptedBody, StoreHarness } from './conformance/harness.ts'

export function describeTraceStore(name: string, open: () => Promise<StoreHarness>): void {
  describe(`${name} as a trace store`, () => {
    let opened: StoreHarness
    before(async () => {
      opened = await open()
    })
    after(() => opened.close())
    const harness = (): StoreHarness => opened

    describeRoundTrip(harness)
  })
}
