// TELEMETRY_BACKEND=mlflow against a real MLflow, read back through its REST API.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runAgent } from './agent-process.ts'
import {
  changeExperiment,
  findExperiment,
  findMlflowTrace,
  waitForMlflowTrace,
  type MlflowSpan,
} from './mlflow-client.ts'
import { startMlflow } from './mlflow-process.ts'
import { makeTemporaryDirectory } from '../stage/temporary-directory.ts'

function byName(spans: readonly MlflowSpan[], name: string): MlflowSpan {
  const span = spans.find((one) => one.name === name)
  assert.ok(span, `no span ${name} among ${spans.map((one) => one.name).join(', ')}`)
  return span
}

test('an agent that sends to MLflow', async (t) => {
  const mlflow = await startMlflow(t)
  if (mlflow === undefined) return
  const env = {
    TELEMETRY_BACKEND: 'mlflow',
    MLFLOW_TRACKING_URI: mlflow.url,
    TELEMETRY_CAPTURE_CONTENT: 'all',
  }

  await t.test('has its spans in an experiment that is created, with all that its UI reads', async () => {
    const run = await runAgent(t, 'plan-trip', { ...env, MLFLOW_EXPERIMENT_NAME: 'trips' })
    const { info, spans } = await waitForMlflowTrace(mlflow.url, run.traceId, 5)
    const experimentId = await findExperiment(mlflow.url, 'trips')
    assert.equal(info.trace_location.mlflow_experiment.experiment_id, experimentId)
    assert.equal(info.state, 'OK')
    assert.equal(info.trace_metadata['mlflow.trace.session'], 'chat-17')
    assert.equal(info.trace_metadata['mlflow.trace.user'], 'ada')
    assert.deepEqual(JSON.parse(info.trace_metadata['mlflow.trace.tokenUsage'] ?? ''), {
      input_tokens: 120,
      output_tokens: 30,
      total_tokens: 150,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 7,
    })
    assert.equal(info.tags['team'], 'blue')
    assert.equal(info.tags['price__limit'], '200')
    assert.equal(info.tags['mlflow.traceName'], 'invoke_agent planner')
    assert.equal(info.tags['service.name'], 'trip-planner')
    assert.equal(info.request_preview, '{"question":"Where to?"}')
    assert.equal(info.response_preview, '{"answer":"Thun"}')

    const root = byName(spans, 'invoke_agent planner')
    assert.equal(root.parentSpanId, undefined)
    assert.ok(spans.every((span) => span === root || span.parentSpanId === root.spanId))
    const told = [
      'invoke_agent planner',
      'retrieval guides',
      'chat gpt-4o',
      'parse answer',
      'execute_tool book',
    ].map((name) => {
      const { attributes } = byName(spans, name)
      return [
        attributes['mlflow.spanType'],
        attributes['mlflow.spanInputs'],
        attributes['mlflow.spanOutputs'],
      ]
    })
    assert.deepEqual(told, [
      ['AGENT', { question: 'Where to?' }, { answer: 'Thun' }],
      ['RETRIEVER', { query: 'lakes' }, [{ page_content: 'Thun is on a lake.', metadata: { guide: 3 } }]],
      [
        'CHAT_MODEL',
        { messages: [{ role: 'user', content: 'Where to?' }] },
        { messages: [{ role: 'assistant', content: 'To Thun.' }] },
      ],
      ['PARSER', '{"not":"an object"}', 'Thun'],
      ['TOOL', { town: 'Thun' }, undefined],
    ])
    assert.equal(byName(spans, 'execute_tool book').status, 'STATUS_CODE_ERROR')
    assert.equal(byName(spans, 'chat gpt-4o').attributes['mlflow.llm.model'], 'gpt-4o-2024-08-06')
    assert.equal(run.deliveries['mlflow']?.delivered, 5)
  })

  await t.test('uses an experiment that exists, and the default one when none is named', async () => {
    const again = await runAgent(t, 'plan-trip', { ...env, MLFLOW_EXPERIMENT_NAME: 'trips' })
    const nameless = await runAgent(t, 'plan-trip', { ...env, MLFLOW_EXPERIMENT_NAME: '' })
    const experimentOf = async (traceId: string): Promise<string> =>
      (await waitForMlflowTrace(mlflow.url, traceId, 5)).info.trace_location.mlflow_experiment.experiment_id
    assert.equal(await experimentOf(again.traceId), await findExperiment(mlflow.url, 'trips'))
    assert.equal(await experimentOf(nameless.traceId), '0')
  })

  await t.test('loses no good span to awkward ones', async () => {
    const run = await runAgent(t, 'record-awkward-spans', env)
    const { rejected, delivered, dropped } = run.deliveries['mlflow']!
    assert.deepEqual({ rejected, delivered, dropped }, { rejected: 0, delivered: 13, dropped: 0 })
    const { spans } = await waitForMlflowTrace(mlflow.url, run.traceId, 13)
    const { attributes } = byName(spans, 'good')
    assert.deepEqual(
      [attributes['mlflow.spanType'], attributes['mlflow.spanInputs'], attributes['mlflow.spanOutputs']],
      ['CHAIN', 5, true],
    )
  })

  await t.test('is told when the experiment was deleted; its spans wait until it is restored', async () => {
    const patient = {
      ...env,
      MLFLOW_EXPERIMENT_NAME: 'gone',
      TELEMETRY_SPOOL_DIR: await makeTemporaryDirectory(t),
    }
    await runAgent(t, 'plan-trip', patient)
    const id = await findExperiment(mlflow.url, 'gone')
    assert.ok(id)
    await changeExperiment(mlflow.url, id, 'delete')
    const run = await runAgent(t, 'plan-trip', patient)
    assert.match(
      run.stderr,
      /"gone" was deleted; restore it \(mlflow experiments restore --experiment-id \d+\)/,
    )
    assert.equal(await findMlflowTrace(mlflow.url, run.traceId), undefined)

    await changeExperiment(mlflow.url, id, 'restore')
    await runAgent(t, 'plan-trip', patient)
    await waitForMlflowTrace(mlflow.url, run.traceId, 5)
  })
})
