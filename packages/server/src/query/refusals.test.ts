import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { exampleSpan } from '../otlp/test-payload.ts'
import { openPool } from '../postgres/pool.ts'
import { waitFor } from '../postgres/wait-for.ts'
import { ByteBudget } from '../queue/byte-budget.ts'
import { openPostgresTraceStore } from '../store/postgres/postgres-trace-store.ts'
import { openMetrics } from '../metrics.ts'
import { buildQueryApp, openQueryApi } from './query-api.ts'
import type { QueryApp } from './query-api-options.ts'
import { openTestQueryApi, type TestQueryApi } from './test-query-api.ts'

const span = exampleSpan()

describe('what the Query API refuses', () => {
  let api: TestQueryApi

  before(async () => {
    api = await openTestQueryApi()
    await api.accept([span])
    await api.persist()
  })
  after(() => api.close())

  test('unknown parameters are named, each', async () => {
    const { errors, detail } = await api.refused('/api/v1/traces?servcie=a&limti=2', 'invalid_parameter')
    assert.deepEqual(
      errors?.map((error) => error.parameter),
      ['servcie', 'limti'],
    )
    assert.match(detail, /servcie .*limti/)
    await api.refused('/api/v1/ledger?x=1', 'invalid_parameter')
  })

  test('values out of bounds, of another type or given twice are refused', async () => {
    for (const query of [
      'limit=0',
      'limit=501',
      'limit=1.5',
      'limit=',
      'limit=1&limit=2',
      'status=bad',
      'fingerprint=',
      'fingerprint=a&fingerprint=b',
      'min_duration_ms=-1',
      'min_duration_ms=soon',
      'max_duration_ms=NaN',
      'start=yesterday',
      'end=1763900000000000000',
      'service=a&service=b',
      'start=2026-11-23T12:00:00.000000001Z&end=2026-11-23T12:00:00Z',
      'min_duration_ms=2&max_duration_ms=1.999',
    ]) {
      const { errors } = await api.refused(`/api/v1/traces?${query}`, 'invalid_parameter')
      assert.equal(errors?.[0]?.parameter, query.split('=')[0])
    }
  })

  test('statistics of fingerprints are of a bounded period', async () => {
    for (const query of [
      'limit=0',
      'limit=101',
      'sort=cost',
      'start=2016-11-23T00:00:00Z&end=2026-11-23T00:00:00Z',
      'start=2026-10-01T00:00:00Z&end=2026-11-01T00:00:00.000000001Z',
      'start=2026-11-23T00:00:00Z&end=2026-11-22T00:00:00Z',
      'start=1600-01-01T00:00:00Z',
      'cursor=x',
    ]) {
      const { errors } = await api.refused(`/api/v1/stats/fingerprints?${query}`, 'invalid_parameter')
      assert.equal(errors?.[0]?.parameter, query.split('=')[0])
    }
    for (const query of ['end=0001-01-01T00:00:00Z', 'start=9999-12-31T00:00:00Z&end=9999-12-31T00:00:01Z']) {
      const { items } = await api.get<{ items: unknown[] }>(`/api/v1/stats/fingerprints?${query}`)
      assert.deepEqual(items, [])
    }
  })

  test('what a later version serves is said to come', async () => {
    await api.refused('/api/v1/traces?attr=a:b', 'not_served_yet')
    await api.refused('/api/v1/traces?q=error', 'not_served_yet')
    for (const path of [
      ...['stats', 'dependencies', 'dependencies/', 'attributes', 'attributes/gen_ai.system/values'],
      ...['queue/dead', 'queue/dead?limit=1', 'queue/dead/7'],
    ]) {
      assert.equal((await api.refused(`/api/v1/${path}`, 'not_served_yet')).status, 404, path)
    }
    const redrive = await api.app.inject({ method: 'POST', url: '/api/v1/queue/dead/7/redrive' })
    assert.equal(redrive.json<{ code: string }>().code, 'not_served_yet')
    await api.refused('/api/v1/statistics', 'not_found')
  })

  test('what is no trace id is told from a trace that is not there', async () => {
    for (const id of ['x', '0'.repeat(32), 'a'.repeat(31), 'a'.repeat(300), '%00']) {
      await api.refused(`/api/v1/traces/${id}/journey`, 'invalid_trace_id')
    }
  })

  test('other paths and methods are problems too', async () => {
    await api.refused('/api/v2/traces', 'not_found')
    await api.refused('/api/v1/traces/%ff', 'malformed_request')
    for (const id of ['x', '-1', '1.5', '1'.repeat(20)]) {
      const { errors } = await api.refused(`/api/v1/queue/${id}`, 'invalid_parameter')
      assert.equal(errors?.[0]?.parameter, 'id')
    }
    await api.refused(`/api/v1/queue/${'9'.repeat(19)}`, 'queue_item_not_found')
    await api.refused('/api/v1/queue/99', 'queue_item_not_found')
    const response = await api.app.inject({ method: 'DELETE', url: '/api/v1/traces' })
    assert.equal(response.json<{ code: string }>().code, 'method_not_allowed')
    assert.equal(response.headers.allow, 'GET, HEAD')
  })

  test('NUL in a parameter looks for what NUL is stored as, and never fails', async () => {
    assert.deepEqual(await api.get('/api/v1/traces?service=%00&name=%00'), { items: [], next_cursor: null })
  })

  test('a name that nobody gave this server is refused, whatever address it is bound to', async () => {
    const statusFor = async (app: QueryApp, host: string): Promise<number> => {
      const response = await app.inject({ url: '/api/v1/services', headers: { host } })
      assert.equal(response.headers['x-content-type-options'], 'nosniff')
      assert.equal(response.headers['cache-control'], 'no-store')
      return response.statusCode
    }
    const allowedHosts = ['Traces.example']
    for (const bound of ['127.0.0.1', '0.0.0.0', 'worker']) {
      const options = { ...api.options, host: bound, allowedHosts, metrics: openMetrics() }
      const app = await buildQueryApp(options)
      for (const host of [
        ...['localhost', 'LOCALHOST:5050', 'app.localhost', '127.0.0.1:1', '[::1]:5050', '10.0.0.5:5050'],
        ...['traces.example', 'traces.EXAMPLE.:5050', `${bound}:5050`],
      ]) {
        assert.equal(await statusFor(app, host), 200, `${host} of ${bound}`)
      }
      for (const host of [
        ...['evil.example:5050', '127.0.0.1.evil.example', 'localhost.evil.example', 'evillocalhost'],
        ...['sub.traces.example', '[evil.example]', 'a:b:c'],
      ]) {
        assert.equal(await statusFor(app, host), 403, `${host} of ${bound}`)
      }
      await app.close()
    }
    const { detail } = await api.refused('/healthz', 'host_not_allowed', { host: 'traces.example' })
    assert.match(detail, /HOLDFAST_ALLOWED_HOSTS/)
  })

  test('a long answer that the byte budget has no room for is busy, and frees it after', async () => {
    const budget = new ByteBudget(64 * 1024 * 1024)
    const app = await buildQueryApp({ ...api.options, budget, metrics: openMetrics() })
    const url = `/api/v1/traces/${span.traceId}?include=attributes`
    assert.ok(budget.tryReserve(60 * 1024 * 1024))
    const refused = await app.inject(url)
    assert.equal(refused.json<{ code: string }>().code, 'busy')
    assert.equal(refused.headers['retry-after'], '1')
    budget.release(60 * 1024 * 1024)
    assert.equal((await app.inject(url)).statusCode, 200)
    assert.equal(budget.reservedBytes, 0)
    await app.close()
  })

  test('a database that is away is said to be, with Retry-After; the process still tells of itself', async () => {
    const target = { connection: { host: '/nowhere', database: 'none' }, embedded: false }
    const pool = openPool(target, { name: 'away', max: 2, onError: () => undefined })
    const store = openPostgresTraceStore({ pool })
    const app = await buildQueryApp({ ...api.options, pool, store, metrics: openMetrics() })
    const traces = ['traces', 'traces?fingerprint=x', `traces/${span.traceId}/raw`, 'stats/fingerprints']
    for (const path of [...traces, 'ledger', 'queue', 'services']) {
      const response = await app.inject(`/api/v1/${path}`)
      assert.equal(response.statusCode, 503)
      assert.equal(response.json<{ code: string }>().code, 'database_unavailable')
      assert.equal(response.headers['retry-after'], '1')
    }
    const metrics = await app.inject('/metrics')
    assert.match(metrics.body, /^holdfast_database_up 0$/m)
    assert.doesNotMatch(metrics.body, /^holdfast_ledger/m)
    assert.equal((await app.inject('/healthz')).statusCode, 200)
    await app.close()
    await pool.end()
  })

  test('a query beyond its time is a timeout, not a failure', async () => {
    const { pool, lock, release } = await openLocked(api, 50)
    const store = openPostgresTraceStore({ pool })
    const app = await buildQueryApp({ ...api.options, pool, store, metrics: openMetrics() })
    await lock()
    for (const path of ['traces', 'stats/fingerprints']) {
      const response = await app.inject(`/api/v1/${path}`)
      assert.equal(response.statusCode, 504)
      assert.equal(response.json<{ code: string }>().code, 'query_timeout')
    }
    await release()
    await app.close()
    await pool.end()
  })

  test('the query of a client that leaves is cancelled in the database', async () => {
    const { pool, lock, release } = await openLocked(api, 0)
    const store = openPostgresTraceStore({ pool })
    const server = await openQueryApi({ ...api.options, pool, store, metrics: openMetrics() })
    await lock()
    const client = httpRequest({ host: '127.0.0.1', port: server.port, path: '/api/v1/traces' })
    client.on('error', () => undefined) // that it was cut off is the point
    client.end()
    await waitFor(async () => (await countWaiting(api)) === 1)
    client.destroy()
    await waitFor(async () => (await countWaiting(api)) === 0)
    await release()
    await server.close()
    await pool.end()
  })

  test('a body that is damaged fails the reads that need it, and no other', async () => {
    const damaged = exampleSpan({ traceId: 'd'.repeat(32) })
    await api.accept([damaged])
    await api.persist()
    await api.database.pool.query(
      `update otel.body set bytes = '\\x00' where id = (select max(body_id) from otel.span_row)`,
    )
    const path = `/api/v1/traces/${damaged.traceId}`
    for (const rest of ['?include=attributes', '/spans?include=attributes', '/raw']) {
      const { status } = await api.refused(`${path}${rest}`, 'unreadable_body')
      assert.equal(status, 500)
    }
    assert.equal((await api.app.inject(path)).statusCode, 200)
    assert.equal((await api.app.inject(`/api/v1/traces/${span.traceId}/raw`)).statusCode, 200)
    assert.equal(api.options.budget.reservedBytes, 0)
  })

  test('HEAD answers as GET would, without the body', async () => {
    for (const url of ['/api/v1/traces', `/api/v1/traces/${span.traceId}/raw`, '/healthz']) {
      const response = await api.app.inject({ method: 'HEAD', url })
      assert.equal(response.statusCode, 200)
      assert.equal(response.body, '')
    }
  })

  test('not ready is told with its reasons', async () => {
    const isReady = async () => ({ ready: false, checks: { database: 'ok', coordinator: 'no thread runs' } })
    const app = await buildQueryApp({ ...api.options, isReady, metrics: openMetrics() })
    const response = await app.inject('/readyz')
    assert.equal(response.statusCode, 503)
    const { code, checks } = response.json<{ code: string; checks: Record<string, string> }>()
    assert.equal(code, 'not_ready')
    assert.deepEqual(checks, { database: 'ok', coordinator: 'no thread runs' })
    await app.close()
  })
})

/** A pool of its own, and a lock that its queries of traces wait for. */
async function openLocked(api: TestQueryApi, statementTimeoutMs: number) {
  const name = 'locked'
  const pool = openPool(api.database.target, { name, max: 2, statementTimeoutMs, onError: () => undefined })
  const holder = await api.database.pool.connect()
  return {
    pool,
    lock: async () => {
      await holder.query('begin')
      await holder.query('lock table otel.trace_summary in access exclusive mode')
    },
    release: async () => {
      await holder.query('rollback')
      holder.release()
    },
  }
}

async function countWaiting(api: TestQueryApi): Promise<number> {
  const { rows } = await api.database.pool.query<{ waiting: number }>(
    `select count(*)::int as waiting from pg_stat_activity
     where application_name = 'holdfast-locked' and wait_event_type = 'Lock' and datname = current_database()`,
  )
  return rows[0]!.waiting
}
