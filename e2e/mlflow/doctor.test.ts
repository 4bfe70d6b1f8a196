// `holdfast doctor --mlflow` between the real Holdfast and a real MLflow.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MlflowReport } from '../../packages/server/src/cli/doctor-mlflow-report.ts'
import { runHoldfast, startHoldfast } from '../stage/holdfast-process.ts'
import { findTrace, readLedger } from '../stage/query-client.ts'
import { makeTemporaryDirectory } from '../stage/temporary-directory.ts'
import { waitUntil } from '../stage/wait-until.ts'
import { asFailed, recordTrace, send } from './past-traces.ts'
import { createExperiment } from './mlflow-client.ts'
import { startMlflow } from './mlflow-process.ts'

test('the doctor holds Holdfast and MLflow against each other', async (t) => {
  const holdfast = await startHoldfast(t, { dataDir: await makeTemporaryDirectory(t) })
  const mlflow = await startMlflow(t)
  if (mlflow === undefined) return
  const experiment = await createExperiment(mlflow.url, 'agents')
  const other = await createExperiment(mlflow.url, 'others')
  const toHoldfast = (spans: Parameters<typeof send>[0]) => send(spans, holdfast.otlpHttpUrl)
  const toMlflow = (spans: Parameters<typeof send>[0], id = experiment) =>
    send(spans, mlflow.url, { 'x-mlflow-experiment-id': id })
  const settled = () => waitUntil(async () => (await readLedger(holdfast.queryUrl)).spans.pending === 0)
  const doctor = (...args: string[]) =>
    runHoldfast(t, ['doctor', '--url', holdfast.queryUrl, ...args], {
      MLFLOW_TRACKING_URI: mlflow.url,
      MLFLOW_EXPERIMENT_NAME: 'agents',
      MLFLOW_EXPERIMENT_ID: '',
    })

  const equal = recordTrace(3)
  await Promise.all([toHoldfast(equal.spans), toMlflow(equal.spans)])
  await settled()

  await t.test('equal traces', async () => {
    const ran = await doctor('--mlflow', '--json')
    assert.equal(ran.code, 0, ran.stderr)
    const report = JSON.parse(ran.stdout) as MlflowReport
    assert.deepEqual(
      [report.compared_traces, report.equal_traces, report.divergences, report.elsewhere],
      [1, 1, [], []],
    )
    assert.equal(report.experiment.id, experiment)
    const said = await doctor('--mlflow', mlflow.url)
    assert.deepEqual([said.code, /1 trace .* no differences/.test(said.stdout)], [0, true], said.stdout)
  })

  const onlyHoldfast = recordTrace(1)
  const onlyMlflow = recordTrace(2)
  const partial = recordTrace(3)
  const failed = recordTrace(0)
  const elsewhere = recordTrace(1)
  const young = recordTrace(1, 0)

  await t.test('differences of every kind', async () => {
    await toHoldfast(onlyHoldfast.spans)
    await toMlflow(onlyMlflow.spans)
    await toHoldfast(partial.spans)
    await toMlflow(partial.spans.filter(({ name }) => name !== 'tool 1'))
    await toHoldfast(failed.spans)
    await toMlflow(failed.spans.map(asFailed))
    await toHoldfast(elsewhere.spans)
    await toMlflow(elsewhere.spans, other)
    await toHoldfast(young.spans)
    await settled()

    const ran = await doctor('--mlflow', '--json')
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /4 traces differ/)
    const report = JSON.parse(ran.stdout) as MlflowReport
    assert.deepEqual([report.compared_traces, report.equal_traces, report.unsettled_traces], [7, 2, 1])
    assert.deepEqual(report.elsewhere, [{ trace_id: elsewhere.traceId, experiment_id: other }])
    const found = new Map(report.divergences.map((trace) => [trace.trace_id, trace]))
    const ids = (spans: typeof partial.spans) => spans.map((span) => span.spanContext().spanId).sort()

    const missing = found.get(onlyHoldfast.traceId)
    assert.equal(missing?.kind, 'missing_in_mlflow')
    assert.deepEqual([missing.holdfast_spans, missing.mlflow_spans], [2, 0])
    assert.deepEqual([...missing.missing_in_mlflow].sort(), ids(onlyHoldfast.spans))
    assert.deepEqual([missing.service_name, missing.root_name], ['agent', 'answer'])

    const extra = found.get(onlyMlflow.traceId)
    assert.equal(extra?.kind, 'missing_in_holdfast')
    assert.deepEqual([...extra.missing_in_holdfast].sort(), ids(onlyMlflow.spans))

    const less = found.get(partial.traceId)
    assert.equal(less?.kind, 'spans_differ')
    assert.deepEqual(less.missing_in_mlflow, ids(partial.spans.filter(({ name }) => name === 'tool 1')))
    assert.deepEqual(less.services_missing_in_mlflow, ['tools'])

    const worse = found.get(failed.traceId)
    assert.equal(worse?.kind, 'status_differs')
    assert.deepEqual(worse.status, [
      { span_id: ids(failed.spans)[0], holdfast: 'not_error', mlflow: 'error' },
    ])
  })

  await t.test('what to do about them', async () => {
    const { code, stdout } = await doctor('--mlflow')
    assert.equal(code, 1)
    assert.match(stdout, /MLflow does not have it/)
    assert.match(stdout, /Holdfast does not have it/)
    assert.match(stdout, /→ MLflow lacks spans of agent, tools: .*TELEMETRY_BACKEND=dual/)
    assert.match(stdout, /→ Holdfast lacks spans: .*OTEL_EXPORTER_OTLP_ENDPOINT/)
    assert.match(stdout, /→ MLflow keeps 1 trace in another experiment/)
    assert.match(stdout, /1 trace had spans in the last 15 s/)
  })

  await t.test('only the newest, only one service, only a time', async () => {
    const read = async (...args: string[]): Promise<MlflowReport> =>
      JSON.parse((await doctor('--mlflow', '--json', ...args)).stdout) as MlflowReport
    const newest = await read('--limit', '2')
    assert.ok(newest.compared_from !== null && newest.compared_traces < 7, JSON.stringify(newest))
    assert.equal((await read('--since', '30s')).compared_traces, 1)
    const one = await read('--service', 'tools')
    assert.ok(!one.divergences.some(({ trace_id }) => trace_id === failed.traceId))
  })

  await t.test('usage that is wrong, and servers that are not there', async () => {
    const bad = await doctor('--mlflow', 'sqlite:///x.db')
    assert.equal(bad.code, 2)
    const nowhere = await runHoldfast(t, ['doctor', '--url', holdfast.queryUrl, '--mlflow'], {
      MLFLOW_TRACKING_URI: '',
    })
    assert.deepEqual([nowhere.code, /MLFLOW_TRACKING_URI/.test(nowhere.stderr)], [2, true])
    const unknown = await doctor('--mlflow', '--experiment', 'no such')
    assert.deepEqual([unknown.code, /no experiment "no such"/.test(unknown.stderr)], [1, true])
    const notMlflow = await doctor('--mlflow', holdfast.queryUrl)
    assert.deepEqual([notMlflow.code, /is not the REST API of MLflow/.test(notMlflow.stderr)], [1, true])
    await mlflow.stop()
    const away = await doctor('--mlflow')
    assert.deepEqual([away.code, /no MLflow answers/.test(away.stderr)], [1, true])
  })
  assert.ok(await findTrace(holdfast.queryUrl, equal.traceId))
})
