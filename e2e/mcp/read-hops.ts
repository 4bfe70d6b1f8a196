// Where a trace passed from process to process, and where it did not: as the server tells it, one line a hop.
import type { TraceDetail } from '../../packages/server/src/query/contract.ts'
import { getJson } from '../stage/query-client.ts'
import { waitUntil } from '../stage/wait-until.ts'

/** Resolves when the server has made up its mind about every hop: it gives what it waits for ten seconds to arrive. */
export async function readHops(queryUrl: string, traceId: string): Promise<string[]> {
  let detail: TraceDetail | undefined
  await waitUntil(async () => {
    detail = await getJson<TraceDetail>(queryUrl, `/api/v1/traces/${traceId}`)
    return detail?.continuity.undecided_count === 0
  }, 100)
  const { joined = [], broken = [] } = detail?.continuity ?? {}
  return [
    ...joined.map(({ from, to, carrier }) => `joined, ${from.name} to ${to.name} by ${carrier}`),
    ...broken.map(({ reason, from, to }) => `broken, ${reason}: ${(from ?? to)?.name}`),
  ].toSorted()
}
