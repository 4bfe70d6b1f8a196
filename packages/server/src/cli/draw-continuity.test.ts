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

  test('counts what joined and by what, and has a line a break, with what to do once a reason', () => {
    const other = {
      ...broken,
      from: null,
      to: side('tools'),
      affected_spans: 3,
      likely_other_half: 'f'.repeat(32),
    }
    const orphan = { ...other, reason: 'missing_parent', likely_other_half: null } as const
    const breaks = [broken, orphan, other]
    const lines = drawContinuity(continuityOf({ joined: [joined, joined], broken: breaks }), plain)
    assert.deepEqual(lines, [
      '',
      '2 hops joined (mcp.meta 2)',
      '✗ no_server_span: nothing of the other side is here',
      '    agent › tools/call search → ?',
      `    ? → tools › tools/call search (3 spans); its other half is likely trace ${'f'.repeat(32)}`,
      '  → trace the server',
      '✗ missing_parent: nothing of the other side is here',
      '    ? → tools › tools/call search (3 spans)',
      '  → trace the server',
    ])
  })

  test('says what cannot be told yet, and what was not looked at', () => {
    const words = ['running', 'call_failed', 'no_mcp_request', 'running'] as const
    const undecided = [
      ...words.map((because) => ({ because, from: side('agent'), to: null, ...about })),
      { because: 'running' as const, from: null, to: side('tools'), ...about },
    ]
    const lines = drawContinuity(continuityOf({ undecided, complete: false, checked_spans: 10_000 }), plain)
    assert.deepEqual(lines, [
      '',
      '5 hops undecided: still running, failed before they were answered, ' +
        'reached a service that tells no MCP request, below a parent that may still run',
      'of its calls only those in the first 10,000 spans were judged',
    ])
  })

  test('is bounded, and nothing in it drives the terminal', () => {
    const hostile = {
      ...broken,
      reason: 'a\u001b[2J' as 'no_server_span',
      meaning: 'b\u009b2J\n',
      what_to_do: 'c\r\u202e',
      from: side('\u001b[2J\n', `\u202e${'x'.repeat(10_000)}`),
    }
    const later = { because: 'd\u001b[2J' as 'running', from: side('agent'), to: null, ...about }
    const continuity = continuityOf({
      broken: Array.from({ length: 500 }, () => hostile),
      undecided: [later],
    })
    const lines = drawContinuity(continuity, plain)
    assert.equal(lines.length, 1 + 1 + 10 + 1 + 1 + 1)
    assert.equal(lines.at(-2), '490 more breaks; --json has them')
    assert.equal(
      drawContinuity({ ...continuity, broken_count: 5000 }, plain).at(-2),
      '4,990 more breaks; --json has the first 500',
    )
    for (const line of lines) {
      assert.doesNotMatch(line, /[\u0000-\u001f\u0080-\u009f\u202e]/)
      assert.ok(line.length < 300)
    }
  })
})
