// Another language's client: the Python SDK and both of its OTLP exporters.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { findPython } from './python/python-environment.ts'
import { runChild } from './stage/child-process.ts'
import { startHoldfast, type Holdfast } from './stage/holdfast-process.ts'
import { findTrace, listSpans } from './stage/query-client.ts'
import { makeTemporaryDirectory } from './stage/temporary-directory.ts'
import { waitUntil } from './stage/wait-until.ts'

const script = join(import.meta.dirname, 'python', 'record_order.py')

test("the Python SDK's gRPC and HTTP exporters are served", async (t) => {
  const python = await findPython(t)
  if (python === undefined) {
    console.error('\n!!! SKIPPED: the test of the Python client needs python3. !!!\n')
    t.skip('no python3 on PATH')
    return
  }
  const server = await startHoldfast(t, { dataDir: await makeTemporaryDirectory(t) })
  await sendAndFind(t, python, server, 'grpc', `http://${server.otlpGrpc}`)
  await sendAndFind(t, python, server, 'http', server.otlpHttpUrl)
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
})

async function sendAndFind(
  t: TestContext,
  python: string,
  server: Holdfast,
  protocol: 'grpc' | 'http',
  endpoint: string,
): Promise<void> {
  const sent = await runChild(t, {
    title: `python over ${protocol}`,
    command: python,
    args: [script, protocol, endpoint],
  })
  assert.equal(sent.code, 0, sent.stderr)
  const traceId = sent.stdout.trim()
  await waitUntil(async () => (await listSpans(server.queryUrl, traceId)).length === 2)

  const spans = await listSpans(server.queryUrl, traceId, 'attributes')
  const [order, insert] = spans
  assert.ok(order && insert)
  assert.deepEqual([order.name, insert.name], ['POST /orders', 'insert order'])
  assert.equal(order.service_name, `python-${protocol}`)
  assert.equal(insert.parent_span_id, order.span_id)
  assert.deepEqual([order.kind, insert.kind, insert.status], ['server', 'client', 'error'])
  assert.deepEqual(order.attributes, {
    'http.request.method': 'POST',
    'order.items': [3, 5],
    'order.total': '9007199254740993', // beyond what a JSON number holds
  })
  assert.deepEqual(
    insert.events?.map((event) => [event.name, event.attributes]),
    [['lock waited', { wait_ms: 1.5 }]],
  )
  assert.equal(order.resource?.attributes['telemetry.sdk.language'], 'python')
  assert.equal((await findTrace(server.queryUrl, traceId))?.root_name, 'POST /orders')
}
