import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawMlflowReport } from './doctor-mlflow-draw.ts'
import type { DivergentTrace, MlflowReport } from './doctor-mlflow-report.ts'
import { openPaint } from './paint.ts'

const equal: MlflowReport = {
  url: 'http://127.0.0.1:5050',
  mlflow_url: 'http://127.0.0.1:5000',
  experiment: { id: '3', name: 'agents' },
  since: '2026-11-23T12:00:00.000000000Z',
  compared_from: null,
  compared_traces: 12,
  equal_traces: 12,
  unsettled_traces: 0,
  oversized_traces: 0,
  running_spans: 0,
  elsewhere: [],
  divergences: [],
}

const partial: DivergentTrace = {
  trace_id: '0af7651916cd43dd8448eb211c80319c',
  start_time: '2026-11-23T12:58:00.000000000Z',
  service_name: 'agent',
  root_name: 'answer \u001b[31m',
  kind: 'spans_differ',
  holdfast_spans: 9,
  mlflow_spans: 5,
  missing_in_mlflow: ['b7ad6b7169203331', 'b7ad6b7169203332', 'b7ad6b7169203333', 'b7ad6b7169203334'],
  missing_in_holdfast: [],
  services_missing_in_mlflow: ['tools'],
  status: [],
}

const plain = openPaint(false)

test('equal traces take two lines', () => {
  assert.deepEqual(drawMlflowReport(equal, plain), [
    'Holdfast at http://127.0.0.1:5050, MLflow at http://127.0.0.1:5000, experiment "agents" (3)',
    '12 traces since 2026-11-23T12:00:00Z compared: 12 the same in both, no differences',
  ])
})

test('what differs is a row of a table, followed by what to do; names cannot drive the terminal', () => {
  const lines = drawMlflowReport({ ...equal, equal_traces: 11, divergences: [partial] }, plain)
  assert.match(lines[1]!, /11 the same in both, 1 trace differs$/)
  assert.match(
    lines[4]!,
    /0af7651916cd43dd8448eb211c80319c .* 9 +5 +not in MLflow: b7ad6b7169203331 and 3 more/,
  )
  assert.ok(lines.some((line) => line.startsWith('→ MLflow lacks spans of tools:')))
  assert.ok(!lines.join('').includes('\u001b'))
})

test('where whole traces are not in MLflow it says how to leave out agents that do not send there', () => {
  const tells = (divergence: DivergentTrace): boolean =>
    drawMlflowReport({ ...equal, divergences: [divergence] }, plain).some((line) =>
      line.includes('--service'),
    )
  assert.ok(tells({ ...partial, kind: 'missing_in_mlflow' }))
  assert.ok(!tells(partial))
})

test('what was not compared is said', () => {
  const lines = drawMlflowReport(
    {
      ...equal,
      compared_from: '2026-11-23T12:30:00.000000000Z',
      unsettled_traces: 1,
      running_spans: 2,
      oversized_traces: 3,
    },
    plain,
  )
  assert.deepEqual(lines.slice(3), [
    'only the newest traces, since 2026-11-23T12:30:00Z; --limit compares more',
    '1 trace had spans in the last 15 s and may still be on the way',
    '2 spans still running; MLflow gets spans when they end',
    '3 traces with more than 10,000 spans not compared',
  ])
})
