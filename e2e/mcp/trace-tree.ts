// A whole trace as indented lines, parents above children, in the order of their starts: what a test compares.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { SpanItem } from '../../packages/server/src/query/contract.ts'
import { listSpans } from '../stage/query-client.ts'
import { waitUntil } from '../stage/wait-until.ts'

/** By the Query API. A span whose parent is missing stands at the left, and says so. */
export async function readTraceTree(queryUrl: string, traceId: string): Promise<string[]> {
  const spans = await listSpans(queryUrl, traceId, 'attributes')
  const ids = new Set(spans.map((span) => span.span_id))
  const draw = (parent: string | null, indent: string): string[] =>
    spans
      .filter((span) => (parent === null ? isTop(span, ids) : span.parent_span_id === parent))
      .toSorted((a, b) => a.start_time.localeCompare(b.start_time) || a.name.localeCompare(b.name))
      .flatMap((span) => [`${indent}${describeSpan(span, ids)}`, ...draw(span.span_id, `${indent}  `)])
  return draw(null, '')
}

/** Waits until the trace is exactly this, and says what it was instead when the test's time is over. */
export async function waitForTraceTree(
  t: TestContext,
  queryUrl: string,
  traceId: string,
  expected: readonly string[],
): Promise<void> {
  let seen: string[] = []
  let matched = false
  t.after(() => {
    if (!matched) assert.deepEqual(seen, expected, `trace ${traceId}`)
  })
  await waitUntil(async () => {
    seen = await readTraceTree(queryUrl, traceId)
    matched = seen.join('\n') === expected.join('\n')
    return matched || t.signal.aborted
  }, 50)
}

function isTop(span: SpanItem, ids: ReadonlySet<string>): boolean {
  return span.parent_span_id === null || !ids.has(span.parent_span_id)
}

/** `name, kind, service, how the context came or went, status` */
function describeSpan(span: SpanItem, ids: ReadonlySet<string>): string {
  const attributes = span.attributes ?? {}
  const words = [span.name, span.kind, span.service_name]
  const injected = attributes['holdfast.context.injected']
  if (Array.isArray(injected)) words.push(`out by ${injected.join(' and ')}`)
  const carrier = attributes['holdfast.context.carrier']
  if (typeof carrier === 'string') words.push(`in by ${carrier}`)
  if (span.status === 'error') words.push(`error ${JSON.stringify(attributes['error.type'] ?? null)}`)
  if (span.parent_span_id !== null && !ids.has(span.parent_span_id)) words.push('PARENT MISSING')
  return words.join(', ')
}
