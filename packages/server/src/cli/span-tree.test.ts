import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { maxIndent, arrangeSpans } from './span-tree.ts'
import { exampleItem } from './test-span-item.ts'

const id = (number: number): string => number.toString(16).padStart(16, '0')

describe('the tree of spans', () => {
  test('has every span once, whoever its parent is said to be', () => {
    const parents = fc.array(fc.option(fc.integer({ min: 0, max: 12 }), { nil: null }), { maxLength: 10 })
    fc.assert(
      fc.property(parents, (chosen) => {
        const spans = chosen.map((parent, index) =>
          exampleItem({ span_id: id(index), parent_span_id: parent === null ? null : id(parent) }),
        )
        const lines = arrangeSpans(spans)
        assert.deepEqual(
          lines.map((line) => line.span.span_id).sort(),
          spans.map((span) => span.span_id).sort(),
        )
        for (const [at, line] of lines.entries()) {
          assert.equal(line.goesOn.length, line.depth)
          if (line.depth > 0) {
            const above = lines.slice(0, at).findLast((other) => other.depth === line.depth - 1)
            assert.equal(above?.span.span_id, line.span.parent_span_id)
          }
        }
      }),
    )
  })

  test('children that start in one millisecond come by their end', () => {
    const spans = [
      exampleItem({ span_id: id(2), parent_span_id: id(1), duration_ms: 5 }),
      exampleItem({ span_id: id(3), parent_span_id: id(1), duration_ms: 0.3 }),
      exampleItem({ span_id: id(1), parent_span_id: null, duration_ms: 9 }),
    ]
    assert.deepEqual(
      arrangeSpans(spans).map((line) => line.span.span_id),
      [id(1), id(3), id(2)],
    )
  })

  test('children come by their start, below their parent', () => {
    const spans = [
      exampleItem({ span_id: id(3), parent_span_id: id(1), start_time: '2026-01-01T00:00:02.000000000Z' }),
      exampleItem({ span_id: id(2), parent_span_id: id(1), start_time: '2026-01-01T00:00:01.000000000Z' }),
      exampleItem({ span_id: id(4), parent_span_id: id(2), start_time: '2026-01-01T00:00:03.000000000Z' }),
      exampleItem({ span_id: id(1), parent_span_id: null, start_time: '2026-01-01T00:00:09.000000000Z' }),
    ]
    assert.deepEqual(
      arrangeSpans(spans).map((line) => [line.span.span_id, line.depth]),
      [
        [id(1), 0],
        [id(2), 1],
        [id(4), 2],
        [id(3), 1],
      ],
    )
  })

  test('a circle of parents is cut at its earliest span, and said to lack its parent', () => {
    const spans = [
      exampleItem({ span_id: id(1), parent_span_id: id(2) }),
      exampleItem({ span_id: id(2), parent_span_id: id(1) }),
      exampleItem({ span_id: id(3), parent_span_id: id(3) }),
    ]
    assert.deepEqual(
      arrangeSpans(spans).map((line) => [line.span.span_id, line.depth, line.isOrphan]),
      [
        [id(1), 0, true],
        [id(2), 1, false],
        [id(3), 0, true],
      ],
    )
  })

  test('a chain of ten thousand spans neither overflows nor indents for ever', () => {
    const spans = Array.from({ length: 10_000 }, (_, index) =>
      exampleItem({ span_id: id(index + 1), parent_span_id: index === 0 ? null : id(index) }),
    )
    const lines = arrangeSpans(spans)
    assert.equal(lines.at(-1)?.depth, 9_999)
    assert.equal(lines.at(-1)?.goesOn.length, maxIndent)
  })
})
