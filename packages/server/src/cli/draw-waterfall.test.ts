import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { SpanItem } from '../query/contract.ts'
import { drawWaterfall } from './draw-waterfall.ts'
import { openPaint } from './paint.ts'
import { columnsOf } from './terminal-text.ts'
import { exampleItem, exampleTrace } from './test-span-item.ts'

const plain = openPaint(false)
const now = new Date('2026-11-23T12:00:00.100Z')
const id = (number: number): string => number.toString(16).padStart(16, '0')
const at = (ms: number): string => `2026-11-23T12:00:0${(ms / 1000).toFixed(3)}000000Z`

describe('the waterfall', () => {
  test('says what was asked, where that is known, and not more than three times', () => {
    const draw = (...fingerprints: string[]): string[] =>
      drawWaterfall(exampleTrace({ fingerprints }), [exampleItem()], {
        columns: 80,
        paint: plain,
        now,
      }).slice(2)
    assert.deepEqual(draw('FILTER:RATING=PG|SELECT:FILM').slice(0, 2), [
      'asked FILTER:RATING=PG|SELECT:FILM',
      '',
    ])
    assert.equal(draw()[0], '')
    const [first, , , rest, empty] = draw('x\u001b[2J'.repeat(60), 'b', 'c', 'd', 'e')
    assert.ok(first!.startsWith('asked x␛[2J') && columnsOf(first!) === 80)
    assert.deepEqual([rest, empty], ['asked and 2 more fingerprints', ''])
  })

  test('draws what a server of before there were fingerprints tells', () => {
    const { fingerprints, ...trace } = exampleTrace()
    const { fingerprint, ...span } = exampleItem()
    assert.deepEqual([fingerprints, fingerprint], [[], null])
    const lines = drawWaterfall(trace, [span as SpanItem], { columns: 80, paint: plain, now })
    assert.deepEqual(lines.slice(2, 3), [''])
    assert.equal(lines.length, 4)
  })

  test('draws the tree of an agent with bars, services, kinds, status and tokens', () => {
    const spans = [
      exampleItem({ span_id: id(1), kind: 'server', duration_ms: 1000, status: 'ok', start_time: at(0) }),
      exampleItem({
        span_id: id(2),
        parent_span_id: id(1),
        name: 'chat gpt-5',
        kind: 'client',
        start_time: at(0),
        duration_ms: 500,
        input_tokens: 1200,
        output_tokens: 34,
        counts_tokens: true,
        cost: { usd: 0.0035, price_list: 'a list' },
      }),
      exampleItem({
        span_id: id(3),
        parent_span_id: id(1),
        name: 'execute_tool query',
        status: 'error',
        start_time: at(500),
        duration_ms: 250,
      }),
      exampleItem({
        span_id: id(4),
        parent_span_id: id(3),
        name: 'SELECT orders',
        service_name: 'database',
        start_time: at(600),
        duration_ms: 1.5,
      }),
    ]
    const trace = exampleTrace({
      span_count: 4,
      error_count: 1,
      input_tokens: 1200,
      output_tokens: 34,
      cost: { usd: 0.0035, priced_calls: 1, unpriced_calls: 0, truncated: false, price_list: 'a list' },
    })
    assert.deepEqual(drawWaterfall(trace, spans, { columns: 110, paint: plain, now }), [
      'trace 0af7651916cd43dd8448eb211c80319c  2026-11-23T12:00:00.000000000Z',
      'agent › handle question  ·  1 s · 4 spans · 2 services · 1 error · 1,200 tokens in · 34 tokens out · $0.0035',
      '',
      '✓ handle question             agent            server   ▕█████████████████▏       1 s',
      '· ├ chat gpt-5                agent            client   ▕█████████        ▏    500 ms ↑1,200 ↓34     $0.0035',
      '✗ └ execute_tool query        agent            internal ▕        ████     ▏    250 ms',
      '·   └ SELECT orders           database         internal ▕          ▏      ▏    1.5 ms',
    ])
  })

  test('a narrow terminal leaves out service and kind', () => {
    const lines = drawWaterfall(exampleTrace(), [exampleItem({ duration_ms: 1000 })], {
      columns: 60,
      paint: plain,
      now,
    })
    assert.deepEqual(lines.slice(3), ['· handle question              ▕█████████████████▏       1 s'])
  })

  test('a kind nobody named and a time that runs backwards are readable', () => {
    const spans = [
      exampleItem({ span_id: id(1), kind: 'unspecified', duration_ms: -2.5 }),
      exampleItem({ span_id: id(2), start_time: at(1), duration_ms: -1_790_000_000_000 }),
    ]
    const [first, second] = drawWaterfall(exampleTrace(), spans, { columns: 110, paint: plain, now }).slice(3)
    assert.match(first!, / unspec\. .* -2\.5 ms$/)
    assert.match(second!, / -57 y$/)
  })

  test('says what is missing: parents, further spans, the root, an end', () => {
    const spans = [
      exampleItem({ span_id: id(2), parent_span_id: id(1), name: 'lost', start_time: at(0) }),
      exampleItem({
        span_id: id(3),
        parent_span_id: id(2),
        name: 'going',
        start_time: at(50),
        running: true,
        duration_ms: 0,
      }),
    ]
    const trace = exampleTrace({ span_count: 5000, root_provisional: true })
    assert.deepEqual(drawWaterfall(trace, spans, { columns: 60, paint: plain, now }).slice(3), [
      '· ? lost                       ▕█████████████████▏    100 ms',
      '… └ going                      ▕        ░░░░░░░░░▏   running',
      '',
      '4,998 more spans not shown; --limit shows more',
      '1 span marked ? without its parent: it may still be on its way',
      'no span without a parent has arrived yet',
    ])
  })

  test('a running span reaches to now, and a silent one to when it was last heard of', () => {
    const spans = [
      exampleItem({ span_id: id(1), running: true, duration_ms: 0 }),
      exampleItem({ span_id: id(2), running: true, duration_ms: 0, silent: true, last_heard_at: at(5000) }),
    ]
    const later = new Date('2026-11-23T12:04:10Z')
    const trace = exampleTrace({ running: true, silent: true, last_heard_at: at(5000), span_count: 2 })
    const lines = drawWaterfall(trace, spans, { columns: 110, paint: plain, now: later })
    assert.match(lines[1]!, / · {2}silent for 4 min · 2 spans/)
    assert.match(lines[3]!, /▕░+▏ +running for 4 m 10 s$/)
    const heading = drawWaterfall({ ...trace, silent: false }, [], {
      columns: 80,
      paint: plain,
      now: later,
    })[1]!
    assert.match(heading, / · {2}running for 4 m 10 s · /)
    assert.match(lines[4]!, /▕░ +▏ +silent for 4 min$/)
    assert.match(drawWaterfall(trace, spans, { columns: 80, paint: plain, now: later })[4]!, /▏ +silent$/)
  })

  test('the narrowest terminal that has all columns holds them', () => {
    const cost = { usd: 1e9, price_list: 'x' }
    const call = { input_tokens: 2e9, output_tokens: 2e9, counts_tokens: true, cost }
    const spans = [
      exampleItem({ ...call, name: 'x'.repeat(99), service_name: 'y'.repeat(99), running: true }),
    ]
    const options = { columns: 100, paint: plain, now: new Date('2026-11-23T12:59:59Z') }
    const line = drawWaterfall(exampleTrace(), spans, options)[3]!
    assert.match(line, /running for 59 m 59 s/)
    assert.ok(columnsOf(line) <= 100, line)
  })

  test('of nested spans for one call only the one that counts shows tokens', () => {
    const spans = [
      exampleItem({ span_id: id(1), input_tokens: 7 }),
      exampleItem({ span_id: id(2), parent_span_id: id(1), input_tokens: 7, counts_tokens: true }),
    ]
    const lines = drawWaterfall(exampleTrace(), spans, { columns: 110, paint: plain, now })
    assert.equal(lines.filter((line) => line.includes('↑7')).length, 1)
  })

  test('a cost that is a part, or that is not known, is told as such', () => {
    const heading = (usd: number | null, unpriced_calls: number, truncated = false): string => {
      const cost = { usd, priced_calls: 1, unpriced_calls, truncated, price_list: 'a list' }
      return drawWaterfall(exampleTrace({ cost }), [], { columns: 110, paint: plain, now })[1]!
    }
    assert.match(heading(1.5, 2), / · \$1\.50 and 2 calls of unknown cost$/)
    assert.match(heading(null, 3), / · cost unknown$/)
    assert.match(heading(null, 0, true), / · too many calls to price$/)
  })

  test('whatever spans hold, a line stays a line within the terminal', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))
    const item = fc.record({
      name: text,
      service_name: text,
      duration_ms: fc.oneof(fc.double({ noNaN: true }), fc.integer()),
      start_time: fc.constantFrom(
        at(0),
        at(999),
        '1970-01-01T00:00:00.000000000Z',
        '2554-07-21T23:34:33.709551615Z',
      ),
      running: fc.boolean(),
      silent: fc.boolean(),
      last_heard_at: fc.constantFrom(null, at(5), '1970-01-01T00:00:00.000000000Z'),
      counts_tokens: fc.boolean(),
      input_tokens: fc.constantFrom(null, 2 ** 31 - 1),
      cost: fc.constantFrom(null, { usd: 1e-12, price_list: 'x' }, { usd: 1e9, price_list: 'x' }),
    })
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 60, max: 260 }),
        (items, columns) => {
          const spans = items.map((fields, index) =>
            exampleItem({
              ...fields,
              span_id: id(index + 1),
              parent_span_id: index % 3 === 0 ? null : id(index),
            }),
          )
          const trace = exampleTrace({ span_count: spans.length })
          const drawn = drawWaterfall(trace, spans, { columns, paint: plain, now }).slice(3, 3 + spans.length)
          assert.equal(drawn.length, spans.length)
          for (const line of drawn) {
            assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f]/)
            assert.ok(columnsOf(line) <= columns, `${columnsOf(line)} columns of ${columns}: ${line}`)
          }
        },
      ),
    )
  })

  test('colours are only ours', () => {
    const hostile = exampleItem({ name: '\u001b[2Jgone', status: 'error' })
    const lines = drawWaterfall(exampleTrace(), [hostile], { columns: 80, paint: openPaint(true), now })
    assert.deepEqual([...new Set(lines.join('').match(/\u001b\[[^m]*m?/g))].sort(), [
      '\u001b[0m',
      '\u001b[1m',
      '\u001b[2m',
      '\u001b[31m',
    ])
  })
})
