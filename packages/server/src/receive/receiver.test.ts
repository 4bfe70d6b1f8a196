// Both doors on a real queue.
import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { status as grpcStatus } from '@grpc/grpc-js'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createTestDatabase, type TestDatabase } from '../postgres/test-database.ts'
import { openPool } from '../postgres/pool.ts'
import { openAppender, type Appender } from '../queue/appender.ts'
import { openBacklog, type Backlog } from '../queue/backlog.ts'
import { ByteBudget } from '../queue/byte-budget.ts'
import { registerReceiverMetrics } from './receiver-metrics.ts'
import { openReceiver, type Receiver, type ReceiverOptions } from './receiver.ts'
import { call, ChosenAppender, decodeStatus, jsonPayload, makePayload, send } from './test-receiver.ts'

const log = pino({ level: 'silent' })

function makeOptions(appender: Appender, registry = new Registry()): ReceiverOptions {
  return {
    ...{ appender, log, host: '127.0.0.1', grpcPort: 0, httpPort: 0, corsAllowedOrigins: [] },
    budget: new ByteBudget(64 * 1024 * 1024),
    maxPayloadBytes: 4 * 1024 * 1024,
    metrics: registerReceiverMetrics(registry),
  }
}

describe('the receiver on a real queue', () => {
  const registry = new Registry()
  const limits = { maxBytes: 200_000, maxPayloads: 1000 }
  let database: TestDatabase
  let backlog: Backlog
  let receiver: Receiver

  before(async () => {
    database = await createTestDatabase()
    backlog = await openBacklog(database.pool, limits, log)
    const appender = openAppender({ pool: database.pool, backlog, log, onAppended: () => undefined })
    receiver = await openReceiver(makeOptions(appender, registry))
  })
  after(async () => {
    await receiver.stopAccepting()
    await receiver.close()
    await backlog.close()
    await database.drop()
  })

  async function queuedSpans(): Promise<number> {
    const { rows } = await database.pool.query<{ spans: string | null }>(
      'select sum(span_count) as spans from otel.ingestion_queue',
    )
    return Number(rows[0]!.spans)
  }

  test('an acknowledged payload is in the queue when the acknowledgement arrives, over both transports', async () => {
    assert.equal((await send(receiver.httpPort, { body: makePayload(3) })).status, 200)
    assert.equal(await queuedSpans(), 3)
    assert.equal((await call(receiver.grpcPort, makePayload(2, 1))).error, null)
    assert.equal(await queuedSpans(), 5)
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    assert.equal((await send(receiver.httpPort, { headers, body: gzipSync(jsonPayload) })).status, 200)
    assert.equal(await queuedSpans(), 6)
  })

  test('a full backlog is 429 and RESOURCE_EXHAUSTED, with a time to come back', async () => {
    assert.equal((await send(receiver.httpPort, { body: makePayload(3000) })).status, 200)
    const { status, headers, body } = await send(receiver.httpPort, { body: makePayload() })
    assert.equal(status, 429)
    assert.ok(Number(headers['retry-after']) >= 1)
    assert.match(decodeStatus(body).message, /backlog/)
    const { error } = await call(receiver.grpcPort, makePayload())
    assert.equal(error!.code, grpcStatus.RESOURCE_EXHAUSTED)
  })

  test('the metrics tell what was taken and what was refused', async () => {
    const text = await registry.metrics()
    assert.match(
      text,
      /holdfast_receive_requests_total\{transport="http",encoding="protobuf",code="backlog"\} 1/,
    )
    assert.match(
      text,
      /holdfast_receive_requests_total\{transport="grpc",encoding="protobuf",code="partial"\} 1/,
    )
    assert.match(text, /holdfast_receive_spans_total\{transport="grpc",outcome="accepted"\} 2/)
    assert.match(text, /holdfast_receive_spans_total\{transport="grpc",outcome="rejected"\} 1/)
    assert.match(text, /holdfast_receive_ack_seconds_count\{transport="http"\} 3/)
  })
})

test('a database that is not there is 503 and UNAVAILABLE, and no acknowledgement', async () => {
  await using database = await createTestDatabase()
  const backlog = await openBacklog(database.pool, { maxBytes: 1e9, maxPayloads: 1e6 }, log)
  const nowhere = openPool(
    { connection: { host: '127.0.0.1', port: 1 }, embedded: false },
    { name: 'nowhere', max: 1, onError: () => undefined },
  )
  const appender = openAppender({ pool: nowhere, backlog, log, onAppended: () => undefined })
  const receiver = await openReceiver(makeOptions(appender))
  const { status, headers } = await send(receiver.httpPort, { body: makePayload() })
  assert.equal(status, 503)
  assert.ok(Number(headers['retry-after']) >= 1)
  assert.equal((await call(receiver.grpcPort, makePayload())).error!.code, grpcStatus.UNAVAILABLE)
  await receiver.close()
  await nowhere.end()
  await backlog.close()
})

test('a port that is taken is an error that names port, setting and remedy, and leaves nothing open', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const options = makeOptions(new ChosenAppender())
  await assert.rejects(openReceiver({ ...options, grpcPort: port }), (error: Error) => {
    assert.match(error.message, new RegExp(`port ${port} on 127\\.0\\.0\\.1.*HOLDFAST_OTLP_GRPC_PORT`))
    return true
  })
  await assert.rejects(openReceiver({ ...options, httpPort: port }), /HOLDFAST_OTLP_HTTP_PORT to a free port/)
  await assert.rejects(openReceiver({ ...options, host: '192.0.2.1' }), /HOLDFAST_HOST/)
  other.close()
})
