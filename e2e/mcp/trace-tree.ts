// A whole trace as indented lines, parents above children, in the order of their starts: what a test compares.
import type { TestContext } from 'node:test'
import type { SpanItem } from '../../packages/server/src/query/contract.ts'
import { atEnd } from '../stage/at-end.ts'
import { listSpans } from '../stage/query-client.ts'
import { waitUntil } from '../stage/wait-until.ts'

/** By the Query API. A span whose parent is missing stands at the left, and says so. */
export async function readTraceTree(queryUrl: string, traceId: string): Promise<string[]> {
  const spans = (await listSpans(queryUrl, traceId, 'attributes')).filter(
    (span) => span.name !== 'notifications/cancelled', // may leave or not before its connection closes
  )
  const names = new Map(spans.map((span) => [span.span_id, span.name]))
  const isTop = (span: SpanItem): boolean => span.parent_span_id === null || !names.has(span.parent_span_id)
  const draw = (parent: string | null, indent: string): string[] =>
    spans
      .filter((span) => (parent === null ? isTop(span) : span.parent_span_id === parent))
      .toSorted((a, b) => a.start_time.localeCompare(b.start_time) || a.name.localeCompare(b.name))
      .flatMap((span) => [`${indent}${describeSpan(span, names)}`, ...draw(span.span_id, `${indent}  `)])
  return draw(null, '')
}

/** Waits until the trace is exactly this, and says what it was instead when the test's time is over. */
export async function waitForTraceTree(
  t: TestContext,
  queryUrl: string,
  traceId: string,
  expected: readonly string[],
): Promise<void> {
  const wanted = expected.join('\n')
  let seen = ''
  atEnd(t, () => {
    if (seen !== wanted) console.error(`\nthe trace ${traceId} was to be\n${wanted}\nand is\n${seen}`)
  })
  await waitUntil(async () => {
    seen = (await readTraceTree(queryUrl, traceId)).join('\n')
    return seen === wanted || t.signal.aborted
  }, 50)
}

/** `name, kind, service, how the context came or went, what it is linked to, status` */
function describeSpan(span: SpanItem, names: ReadonlyMap<string, string>): string {
  const attributes = span.attributes ?? {}
  const words = [span.name, span.kind, span.service_name]
  const injected = attributes['holdfast.context.injected']
  if (Array.isArray(injected)) words.push(`out by ${injected.map(String).join(' and ')}`)
  const carrier = attributes['holdfast.context.carrier']
  if (typeof carrier === 'string') words.push(`in by ${carrier}`)
  for (const link of span.links ?? []) words.push(`linked to ${names.get(link.span_id) ?? 'another trace'}`)
  if (span.status === 'error') words.push(`error ${JSON.stringify(attributes['error.type'] ?? null)}`)
  if (span.parent_span_id !== null && !names.has(span.parent_span_id)) words.push('PARENT MISSING')
  return words.join(', ')
}
