// The Query API as its users see it.
import assert from 'node:assert/strict'
import type { Ledger, SpanItem, SpanList, TraceItem } from '../../packages/server/src/query/contract.ts'

/** GET; undefined for 404, an error for anything else but 200. */
export async function getJson<T>(queryUrl: string, path: string): Promise<T | undefined> {
  const answer = await fetch(`${queryUrl}${path}`)
  const text = await answer.text()
  if (answer.status === 404) return undefined
  assert.equal(answer.status, 200, `${path}: ${text}`)
  return JSON.parse(text) as T
}

/** Every span of a trace, all pages; empty when the trace is not known. */
export async function listSpans(queryUrl: string, traceId: string, include = ''): Promise<SpanItem[]> {
  const spans: SpanItem[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = `limit=1000${include && `&include=${include}`}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`
    const page: SpanList | undefined = await getJson<SpanList>(
      queryUrl,
      `/api/v1/traces/${traceId}/spans?${query}`,
    )
    if (page === undefined) return spans
    spans.push(...page.items)
    cursor = page.next_cursor
  }
  return spans
}

export function findTrace(queryUrl: string, traceId: string): Promise<TraceItem | undefined> {
  return getJson<TraceItem>(queryUrl, `/api/v1/traces/${traceId}`)
}

export async function readLedger(queryUrl: string): Promise<Ledger> {
  const ledger = await getJson<Ledger>(queryUrl, '/api/v1/ledger')
  assert.ok(ledger)
  return ledger
}
