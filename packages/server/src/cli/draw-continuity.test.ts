import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BrokenHop, Continuity, JoinedHop } from '../query/contract.ts'
import { drawContinuity } from './draw-continuity.ts'
import { openPaint } from './paint.ts'

const plain = openPaint(false)
const side = (service_name: string, name = 'tools/call search') => ({
  span_id: '00000000000000a1',
  name,
  service_name,
})
const about = { mcp_method: 'tools/call', tool: 'search', carrier: null }
const joined: JoinedHop = { from: side('agent'), to: side('tools'), ...about, carrier: 'mcp.meta' }
const broken: BrokenHop = {
  reason: 'no_server_span',
  meaning: 'nothing of the other side is here',
  what_to_do: 'trace the server',
  from: side('agent'),
  to: null,
  ...about,
  affected_spans: 1,
  likely_other_half: null,
}

function continuityOf(fields: Partial<Continuity>): Continuity {
  const { joined = [], broken = [], undecided = [] } = fields
  return {
    checked_spans: 10,
    complete: true,
    joined_count: joined.length,
    broken_count: broken.length,
    undecided_count: undecided.length,
    joined,
    broken,
    undecided,
    ...fields,
  }
}

describe('continuity below the waterfall', () => {
  test('is nothing where no process was left', () => {
    assert.deepEqual(drawContinuity(continuityOf({}), plain), [])
  })

  test('counts what joined and by what, and has a line a break with what to do', () => {
    const other = {
      ...broken,
      from: null,
      to: side('tools'),
      affected_spans: 3,
      likely_other_half: 'f'.repeat(32),
    }
    const lines = drawContinuity(continuityOf({ joined: [joined, joined], broken: [broken, other] }), plain)
    assert.deepEqual(lines, [
      '',
      '2 hops joined (mcp.meta 2)',
      '✗ agent › tools/call search → ?: no_server_span: nothing of the other side is here',
      '  → trace the server',
      '✗ ? → tools › tools/call search (3 spans): no_server_span: nothing of the other side is here',
      `  its other half is likely trace ${'f'.repeat(32)}`,
      '  → trace the server',
    ])
  })

  test('says what cannot be told yet, and what was not looked at', () => {
    const undecided = (['running', 'call_failed', 'running'] as const).map((because) => ({
      because,
      from: side('agent'),
      to: null,
      ...about,
    }))
    const lines = drawContinuity(continuityOf({ undecided, complete: false, checked_spans: 10_000 }), plain)
    assert.deepEqual(lines, [
      '',
      '3 hops undecided: still running, failed before they were answered',
      'of its calls only those in the first 10,000 spans were judged',
    ])
  })

  test('is bounded, and nothing in it drives the terminal', () => {
    const hostile = { ...broken, from: side('\u001b[2J\n', `\u202e${'x'.repeat(10_000)}`) }
    const lines = drawContinuity(continuityOf({ broken: Array.from({ length: 500 }, () => hostile) }), plain)
    assert.equal(lines.length, 1 + 2 * 10 + 1)
    assert.match(lines.at(-1)!, /^490 more breaks/)
    for (const line of lines) {
      assert.doesNotMatch(line, /[\u0000-\u001f\u202e]/)
      assert.ok(line.length < 300)
    }
  })
})
