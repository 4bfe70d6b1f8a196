import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrokenInTrace, ContinuityReport } from './doctor-continuity.ts'
import { drawContinuityReport } from './draw-continuity-report.ts'
import { openPaint } from './paint.ts'

const plain = openPaint(false)
const traceId = '0af7651916cd43dd8448eb211c80319c'

function reportOf(fields: Partial<ContinuityReport> = {}): ContinuityReport {
  return {
    url: 'http://127.0.0.1:5050',
    since: '2026-11-23T12:00:00.000000000Z',
    traces: 3,
    more_traces: false,
    incomplete_traces: 0,
    joined_count: 0,
    broken_count: 0,
    undecided_count: 0,
    ignored_count: 0,
    unlisted_count: 0,
    hops: [],
    broken: [],
    ...fields,
  }
}

const hop = {
  from: 'agent',
  to: null,
  call: 'tools/call search',
  joined: 0,
  broken: 1000,
  undecided: 0,
  carriers: {},
  example_trace_id: traceId,
}

test('what the counts have and the table has not is said', () => {
  const lines = drawContinuityReport(
    reportOf({ broken_count: 5000, unlisted_count: 4000, hops: [hop] }),
    plain,
  )
  assert.match(lines[0]!, /^3 traces since 2026-11-23T12:00:00Z: 0 hops joined, 5,000 broken, 0 undecided$/)
  assert.match(lines.at(-1)!, /^4,000 hops counted above and not in the table: .* first 1,000/)
})

test('nothing that spans, servers or carriers say drives the terminal', () => {
  const escape = '\u001b[2J\u009b\n'
  const broken: BrokenInTrace = {
    trace_id: traceId,
    reason: `a${escape}` as 'no_server_span',
    meaning: `b${escape}`,
    what_to_do: `c${escape}`,
    from: { span_id: '00000000000000a1', name: escape, service_name: escape },
    to: null,
    mcp_method: escape,
    tool: escape,
    carrier: escape,
    affected_spans: 1,
    likely_other_half: null,
  }
  const group = { ...hop, from: escape, call: escape, carriers: { [escape]: 1 } }
  const lines = drawContinuityReport(reportOf({ broken_count: 1, hops: [group], broken: [broken] }), plain)
  assert.ok(lines.some((line) => line.includes('␛[2J')))
  for (const line of lines) assert.doesNotMatch(line, /[\u0000-\u001f\u0080-\u009f]/)
})
