import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareSpans, type SpanFacts } from './doctor-mlflow-compare.ts'

function spansOf(spans: Readonly<Record<string, boolean>>, serviceName = 'agent'): Map<string, SpanFacts> {
  return new Map(Object.entries(spans).map(([id, failed]) => [id, { failed, serviceName }]))
}

test('a trace that one side does not have at all is missing there', () => {
  const some = spansOf({ a: false, b: true })
  assert.equal(compareSpans(some, new Map())?.kind, 'missing_in_mlflow')
  assert.equal(compareSpans(new Map(), some)?.kind, 'missing_in_holdfast')
  assert.equal(compareSpans(new Map(), new Map()), undefined)
})

test('missing spans are told by their ids, with the services whose spans MLflow lacks', () => {
  const holdfast = new Map([...spansOf({ a: false, b: false }), ...spansOf({ c: false }, 'tools')])
  const difference = compareSpans(holdfast, spansOf({ a: false, d: false }))
  assert.equal(difference?.kind, 'spans_differ')
  assert.deepEqual(difference.missing_in_mlflow, ['b', 'c'])
  assert.deepEqual(difference.missing_in_holdfast, ['d'])
  assert.deepEqual(difference.services_missing_in_mlflow, ['agent', 'tools'])
})

test('the same spans that failed in one place only differ in status', () => {
  const difference = compareSpans(spansOf({ a: true, b: false }), spansOf({ a: false, b: false }))
  assert.equal(difference?.kind, 'status_differs')
  assert.deepEqual(difference.status, [{ span_id: 'a', holdfast: 'error', mlflow: 'not_error' }])
})

test('a trace equals itself, and what it lacks on one side it has in excess on the other', () => {
  const spans = fc
    .dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.boolean())
    .map((some) => spansOf(some))
  fc.assert(
    fc.property(spans, spans, (one, other) => {
      assert.equal(compareSpans(one, one), undefined)
      const forth = compareSpans(one, other)
      const back = compareSpans(other, one)
      assert.deepEqual(forth?.missing_in_mlflow, back?.missing_in_holdfast)
      assert.deepEqual(
        forth?.status.map(({ span_id }) => span_id).sort(),
        back?.status.map(({ span_id }) => span_id).sort(),
      )
    }),
  )
})
