// The demo with TELEMETRY_BACKEND=dual: what Holdfast has of a question, a real MLflow has too.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitForMlflowTrace } from '../mlflow/mlflow-client.ts'
import { startMlflow } from '../mlflow/mlflow-process.ts'
import { makeTemporaryDirectory } from '../stage/temporary-directory.ts'
import { readAsked } from './check-traces.ts'
import { startDemo } from './demo-process.ts'

test('with dual, the traces are in MLflow too: the same spans, parents and failures', async (t) => {
  const mlflow = await startMlflow(t)
  if (mlflow === undefined) return
  const { child, queryUrl } = startDemo(t, await makeTemporaryDirectory(t), ['--engine', 'wink', '--stay'], {
    TELEMETRY_BACKEND: 'dual',
    MLFLOW_TRACKING_URI: mlflow.url,
    MLFLOW_EXPERIMENT_NAME: 'demo',
    MLFLOW_EXPERIMENT_ID: '',
  })
  await child.waitForLine((line) => (line.startsWith('Holdfast goes on at') ? line : undefined))
  const asked = await readAsked(await queryUrl, child.stdout())
  for (const outcome of ['answered', 'corrected', 'failed']) {
    const { said, spans } = asked.find(({ expect }) => expect.outcome === outcome)!
    const { info, spans: theirs } = await waitForMlflowTrace(mlflow.url, said.traceId, spans.length)
    assert.deepEqual(
      theirs
        .map(({ spanId, parentSpanId, status }) =>
          [spanId, parentSpanId ?? null, status === 'STATUS_CODE_ERROR'].join(),
        )
        .sort(),
      spans
        .map(({ span_id, parent_span_id, status }) => [span_id, parent_span_id, status === 'error'].join())
        .sort(),
    )
    assert.equal(info.state, outcome === 'failed' ? 'ERROR' : 'OK')
  }
  child.kill('SIGTERM')
  assert.equal((await child.exited).code, 0)
})
