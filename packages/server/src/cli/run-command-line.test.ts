import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { exampleSpan } from '../otlp/test-payload.ts'
import type { Queue, TraceDetail } from '../query/contract.ts'
import { openQueryApi, type QueryApi } from '../query/query-api.ts'
import { openTestQueryApi, type TestQueryApi } from '../query/test-query-api.ts'
import { openMetrics } from '../metrics.ts'
import { runCommandLine } from './run-command-line.ts'

interface Run {
  code: number
  out: string
  err: string
}

async function run(args: string[], env: Record<string, string> = {}): Promise<Run> {
  let out = ''
  let err = ''
  const code = await runCommandLine(args, {
    env,
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  })
  return { code, out, err }
}

const commands = [
  ['start'],
  ['migrate'],
  ['status'],
  ['doctor'],
  ['trace'],
  ['queue'],
  ['queue', 'ls'],
  ['queue', 'show'],
]

describe('the command line by itself', () => {
  test('every command explains itself with examples and settings', async () => {
    for (const command of commands) {
      const { code, out } = await run([...command, '--help'])
      assert.equal(code, 0)
      assert.match(out, /Examples?:/, command.join(' '))
      assert.match(out, /Settings/, command.join(' '))
    }
    assert.match((await run(['--version'])).out, /^\d+\.\d+\.\d+\n$/)
  })

  test('bad usage ends with 2 and says what is wrong', async () => {
    for (const [args, wrong] of [
      [['trce', 'x'], /unknown command 'trce'/],
      [['trace'], /missing required argument/],
      [['trace', 'xyz'], /32 hex digits/],
      [['trace', '0'.repeat(32)], /32 hex digits/],
      [['status', '--url', 'here'], /http:\/\/127/],
      [['status', '--nope'], /unknown option/],
      [['queue'], /Usage: holdfast queue/],
      [['queue', 'ls', '--state', 'lost'], /pending, claimed/],
      [['queue', 'ls', '--limit', '0'], /1 to 500/],
      [['queue', 'show', 'first'], /whole number/],
    ] as const) {
      const { code, out, err } = await run([...args])
      assert.equal(code, 2, args.join(' '))
      assert.equal(out, '')
      assert.match(err, wrong)
    }
  })

  test('settings that cannot be read are bad usage, all of them named', async () => {
    const { code, err } = await run(['migrate'], { HOLDFAST_PORT: 'x', HOLDFAST_NOPE: '1' })
    assert.equal(code, 2)
    assert.match(err, /HOLDFAST_PORT[^]*HOLDFAST_NOPE|HOLDFAST_NOPE[^]*HOLDFAST_PORT/)
  })

  test('commands that ask a server read the same settings, and refuse the same mistakes', async () => {
    for (const command of [
      ['status'],
      ['doctor'],
      ['doctor', '--continuity'],
      ['trace', 'a'.repeat(32)],
      ['queue', 'ls'],
      ['queue', 'show', '1'],
    ]) {
      for (const [env, wrong] of [
        [{ HOLDFAST_PROT: '5050' }, /HOLDFAST_PROT is not a setting/],
        [{ HOLDFAST_PORT: '70000' }, /HOLDFAST_PORT is "70000"/],
        [{ HOLDFAST_PORT: '0' }, /HOLDFAST_PORT is 0.*--url/],
      ] as const) {
        const { code, err } = await run(command, env)
        assert.equal(code, 2, command.join(' '))
        assert.match(err, wrong)
      }
    }
  })

  test('a data directory that is none is told without jargon, with what to do', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'holdfast-cli-'))
    const file = join(dir, 'file')
    await writeFile(file, '')
    for (const command of ['start', 'migrate']) {
      for (const dataDir of [file, join(file, 'below')]) {
        const { code, err } = await run([command], {
          HOLDFAST_DATA_DIR: dataDir,
          HOLDFAST_LOG_LEVEL: 'silent',
        })
        assert.equal(code, 1)
        assert.match(
          err,
          /^holdfast: the data directory .* cannot be used: .* is a file .*Set HOLDFAST_DATA_DIR/,
        )
        assert.doesNotMatch(err, /Error:/)
      }
    }
    await rm(dir, { recursive: true })
  })

  test('without a server it says so, and what to do', async () => {
    // Port 9 is discard: nothing listens there.
    const { code, err } = await run(['status'], { HOLDFAST_PORT: '9' })
    assert.equal(code, 1)
    assert.match(err, /no Holdfast answers at http:\/\/127\.0\.0\.1:9 .*holdfast start.*--url/)
  })

  test('a database that cannot be reached fails the migration with a reason', async () => {
    const { code, err } = await run(['migrate'], {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none',
      HOLDFAST_LOG_LEVEL: 'silent',
    })
    assert.equal(code, 1)
    assert.match(err, /^holdfast: .+/)
  })
})

describe('the command line and a running server', () => {
  const traceId = exampleSpan().traceId
  const waitingId = 'd'.repeat(32)
  let api: TestQueryApi
  let server: QueryApi
  let env: Record<string, string>

  before(async () => {
    api = await openTestQueryApi()
    await api.accept([
      exampleSpan({ name: 'root \u001b[31m' }),
      exampleSpan({ spanId: 'c'.repeat(16), name: 'leaf' }),
    ])
    await api.persist()
    await api.accept([exampleSpan({ traceId: waitingId })])
    server = await openQueryApi({ ...api.options, metrics: openMetrics() })
    env = {
      HOLDFAST_HOST: '0.0.0.0',
      HOLDFAST_ALLOW_UNAUTHENTICATED: 'true',
      HOLDFAST_PORT: String(server.port),
    }
  })
  after(async () => {
    await server.close()
    await api.close()
  })

  test('status tells readiness, queue and books', async () => {
    const { code, out } = await run(['status'], env)
    assert.equal(code, 0)
    assert.match(out, /: ready\n {2}database {2}ok\n\nqueue: 1 payload .*wait[^]*the books balance/)
    const json = JSON.parse((await run(['status', '--json'], env)).out) as Record<string, unknown>
    assert.deepEqual(Object.keys(json), ['url', 'version', 'ready', 'checks', 'queue', 'ledger'])
  })

  test('trace draws the trace, and --json prints it with its spans', async () => {
    const { code, out } = await run(['trace', traceId.toUpperCase()], env)
    assert.equal(code, 0)
    assert.match(out, /root ␛\[31m .*↑1,200/)
    assert.doesNotMatch(out, /\u001b/)
    const json = JSON.parse((await run(['trace', traceId, '--json', '--limit', '1'], env)).out) as TraceDetail
    assert.equal(json.spans.length, 1)
    assert.equal(json.spans_truncated, true)
  })

  test('a trace that is not there fails with the reason', async () => {
    const { code, out, err } = await run(['trace', 'f'.repeat(32)], env)
    assert.equal(code, 1)
    assert.equal(out, '')
    assert.match(err, /never seen.*\n.*check the id/)
  })

  test('a trace that is on its way says how far it is, and what to do', async () => {
    const { code, err } = await run(['trace', waitingId], env)
    assert.equal(code, 1)
    assert.match(err, /^holdfast: no span of trace d{32} can be shown\n {2}pending: acknowledged and on disk/)
    assert.match(err, /1 payload, the first of 20[^]*ask again in a moment/)
    assert.doesNotMatch(err, /\/journey|trace_not_found/)
  })

  test('an address with a path before the API keeps it', async () => {
    const asked: string[] = []
    const proxy = createServer((request, response) => {
      asked.push(request.url!)
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"code":"x","detail":"y"}')
    })
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const { port } = proxy.address() as AddressInfo
    for (const end of ['', '/'])
      await run(['queue', 'show', '7', '--url', `http://127.0.0.1:${port}/prefix${end}`])
    proxy.close()
    assert.deepEqual(asked, ['/prefix/api/v1/queue/7', '/prefix/api/v1/queue/7'])
  })

  test('queue ls lists what waits, queue show one of them', async () => {
    const { out } = await run(['queue', 'ls'], env)
    assert.match(out, /^1 payload .*wait[^]*ID +STATE[^]*pending/)
    const { items } = JSON.parse((await run(['queue', 'ls', '--json'], env)).out) as Queue
    assert.equal(items.length, 1)
    const shown = await run(['queue', 'show', items[0]!.id], env)
    assert.match(shown.out, /state +pending/)
    const missing = await run(['queue', 'show', '999'], env)
    assert.equal(missing.code, 1)
    assert.match(missing.err, /queue_item_not_found/)
  })

  test('what answers but is not Holdfast is told from it', async () => {
    const other = createServer((_request, response) => response.end('hello'))
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { code, err } = await run(['queue', 'ls', '--url', `http://127.0.0.1:${port}`])
    other.close()
    assert.equal(code, 1)
    assert.match(err, /is not Holdfast's Query API \(HTTP 200\)/)
  })
})
