import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openMetrics } from '../metrics.ts'
import { exampleSpan } from '../otlp/test-payload.ts'
import { openQueryApi, type QueryApi } from '../query/query-api.ts'
import { openTestQueryApi, type TestQueryApi } from '../query/test-query-api.ts'
import type { ContinuityReport } from './doctor-continuity.ts'
import type { Finding } from './examine-server.ts'
import { runCommandLine } from './run-command-line.ts'

let spoolDir: string

async function run(args: string[], env: Record<string, string> = {}) {
  let out = ''
  let err = ''
  const code = await runCommandLine(['doctor', ...args], {
    env: { TELEMETRY_SPOOL_DIR: spoolDir, ...env },
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  })
  return { code, out, err }
}

before(async () => {
  spoolDir = await mkdtemp(join(tmpdir(), 'holdfast-doctor-'))
})
after(() => rm(spoolDir, { recursive: true }))

interface Examination {
  healthy: boolean
  findings: Finding[]
}

test('doctor refuses what it does not understand with 2', async () => {
  for (const [args, wrong] of [
    [['--since', '1h'], /--since and --limit go with --continuity/],
    [['--service', 'x'], /go with --mlflow/],
    [['--ignore', 'x'], /--ignore goes with --continuity/],
    [['--mlflow', '--continuity'], /two examinations/],
    [['--mlflow', 'here'], /http:\/\//],
    [['--continuity', '--since', 'yesterday'], /duration such as/],
    [['--continuity', '--since', '0h'], /duration such as/],
    [['--continuity', '--limit', '0'], /1 to 5000/],
    [['--url', 'here'], /http:\/\//],
  ] as const) {
    const { code, err } = await run([...args])
    assert.equal(code, 2, args.join(' '))
    assert.match(err, wrong)
  }
})

test('doctor without a server says so and what to do, and still looks at the spool', async () => {
  const { code, out, err } = await run([], { HOLDFAST_PORT: '9' })
  assert.equal(code, 1)
  assert.match(out, /✗ server +no Holdfast answers at .*holdfast start[^]*✓ agent spool +nothing undelivered/)
  assert.equal(err, 'holdfast: 1 thing to look at\n')
})

describe('doctor and a running server', () => {
  let api: TestQueryApi
  let server: QueryApi
  let env: Record<string, string>
  let checks: Record<string, string>

  before(async () => {
    checks = { coordinator: 'ok', database: 'ok', schema: 'ok' }
    const isReady = async () => ({ ready: Object.values(checks).every((check) => check === 'ok'), checks })
    api = await openTestQueryApi({ isReady })
    server = await openQueryApi({ ...api.options, metrics: openMetrics() })
    env = { HOLDFAST_PORT: String(server.port) }
    await api.accept([exampleSpan()])
    await api.persist()
  })
  after(async () => {
    await server.close()
    await api.close()
  })

  const examine = async () => {
    const { code, out } = await run(['--json'], env)
    const examination = JSON.parse(out) as Examination
    assert.equal(examination.healthy, code === 0)
    return Object.fromEntries(examination.findings.map((finding) => [finding.check, finding]))
  }

  test('a server that is well is told so, with its books', async () => {
    const { code, out } = await run([], env)
    assert.equal(code, 0, out)
    assert.match(out, /✓ ledger +balanced: 1 spans? accepted = 1 stored\n✓ queue +nothing waits\n/)
  })

  test('each check that fails says what to do', async () => {
    checks = { ...checks, schema: 'the schema is of an older version' }
    const { schema } = await examine()
    assert.deepEqual([schema?.state, schema?.says], ['wrong', 'the schema is of an older version'])
    assert.match(schema!.what_to_do!, /holdfast migrate/)
    checks = { ...checks, schema: 'ok' }
  })

  test('books that do not balance are wrong', async () => {
    await api.database.pool.query('update otel.ledger_counter set accepted_spans = accepted_spans + 1')
    const { ledger } = await examine()
    assert.equal(ledger?.state, 'wrong')
    assert.match(ledger.says, /2 spans accepted ≠ 1 stored/)
    await api.database.pool.query('update otel.ledger_counter set accepted_spans = accepted_spans - 1')
  })

  test('a queue that lags is wrong, one that is at work is not', async () => {
    await api.accept([exampleSpan({ traceId: 'd'.repeat(32) })])
    assert.equal((await examine())['queue']?.state, 'ok')
    await api.database.pool.query(
      `update otel.ingestion_queue set received_at = clock_timestamp() - interval '61 s' where state = 0`,
    )
    assert.equal((await examine())['queue']?.state, 'wrong')
    await api.persist()
  })

  test('what agents here could not deliver is worth knowing, and no failure', async () => {
    const file = join(spoolDir, '001790000000000-0123abcd-000001-12-3400-0123456789abcdef.pb')
    await writeFile(file, '')
    const { code, out } = await run([], env)
    await rm(file)
    assert.equal(code, 0)
    assert.match(
      out,
      /! agent spool +12 spans \(3\.32 KiB\) of agents on this machine wait[^]*→ they are sent/,
    )
  })

  test('continuity of traces that left no process is well', async () => {
    const { code, out } = await run(['--continuity', '--since', '9999d'], env)
    assert.equal(code, 0)
    assert.match(out, /^2 traces since .*: 0 hops joined, 0 broken, 0 undecided\n[^]*nothing to join/)
  })

  test('continuity adds up by sides and call, and fails when something broke', async () => {
    const mcp = [
      { key: 'mcp.method.name', value: 'tools/call' },
      { key: 'gen_ai.tool.name', value: 'search\u001b[2J' },
    ]
    const call = { spanId: 'a'.repeat(16), name: 'tools/call search', attributes: mcp }
    const joined = { traceId: '1'.repeat(32), kind: 3 }
    const resource = { ...exampleSpan().resource, attributes: [{ key: 'service.name', value: 'tools' }] }
    await api.accept([
      exampleSpan({ ...call, ...joined }),
      exampleSpan({
        ...call,
        ...joined,
        kind: 2,
        spanId: 'b'.repeat(16),
        parentSpanId: call.spanId,
        resource,
      }),
      exampleSpan({ ...call, traceId: '2'.repeat(32), kind: 3 }),
    ])
    await api.persist()
    await api.database.pool.query(
      `update otel.ingestion_queue set received_at = received_at - interval '1 h'`,
    )
    const json = await run(['--continuity', '--since', '9999d', '--json'], env)
    assert.equal(json.code, 1)
    const report = JSON.parse(json.out) as ContinuityReport
    assert.deepEqual([report.traces, report.joined_count, report.broken_count], [4, 1, 1])
    assert.deepEqual(
      report.hops.map(({ from, to, joined, broken }) => [from, to, joined, broken]),
      [
        ['agent', null, 0, 1],
        ['agent', 'tools', 1, 0],
      ],
    )
    assert.deepEqual(report.broken[0]?.trace_id, '2'.repeat(32))
    const { out, err } = await run(['--continuity', '--since', '9999d', '--limit', '2'], env)
    assert.match(out, /FROM +TO +CALL +JOINED +BROKEN[^]*agent +\? +tools\/call search␛\[2J +0 +1 /)
    assert.match(out, /no_server_span \(1\): [^]*→ trace the server[^]*--limit looks at more/)
    assert.match(err, /1 hop broken/)
  })

  test('breaks that are known can be ignored, by reason, service or tool', async () => {
    for (const word of ['no_server_span', 'agent', 'search\u001b[2J']) {
      const { code, out } = await run(['--continuity', '--since', '9999d', '--ignore', 'other', word], env)
      assert.equal(code, 0, out)
      assert.match(out, /1 hop joined, 0 broken, 0 undecided, 1 broken and ignored\n/)
      assert.doesNotMatch(out, /→/)
    }
    const { code } = await run(['--continuity', '--since', '9999d', '--ignore', 'other'], env)
    assert.equal(code, 1)
  })
})
