import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { openMetrics } from '../metrics.ts'
import { exampleSpan } from '../otlp/test-payload.ts'
import type { TraceDetail } from '../query/contract.ts'
import { openQueryApi } from '../query/query-api.ts'
import { openTestQueryApi } from '../query/test-query-api.ts'
import { runCommandLine } from './run-command-line.ts'

async function run(...args: string[]): Promise<string> {
  let out = ''
  const stdout = { write: (text: string) => (out += text) }
  await runCommandLine(['trace', ...args], { env: {}, stdout, stderr: { write: () => undefined } })
  return out
}

test('trace asks once where the first answer has the spans, and goes on behind it', async (t) => {
  const shortId = 'a'.repeat(32)
  const longId = 'e'.repeat(32)
  const spanId = (number: number): string => number.toString(16).padStart(16, '0')
  const api = await openTestQueryApi()
  t.after(() => api.close())
  await api.accept([1, 2].map((number) => exampleSpan({ traceId: shortId, spanId: spanId(number) })))
  const numbers = Array.from({ length: 1001 }, (_, index) => index + 1)
  await api.accept(numbers.map((number) => exampleSpan({ traceId: longId, spanId: spanId(number) })))
  await api.persist()
  const server = await openQueryApi({ ...api.options, metrics: openMetrics() })
  t.after(() => server.close())
  const asked: string[] = []
  const proxy = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://proxy')
    asked.push(`${pathname.slice('/api/v1/traces/'.length + 32)} ${searchParams.get('include')}`)
    void fetch(`http://127.0.0.1:${server.port}${request.url}`).then(async (answer) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
    })
  })
  t.after(() => proxy.close())
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`

  await run(shortId, '--url', url)
  assert.deepEqual(asked.splice(0), [' null'])
  await run(longId, '--url', url)
  assert.deepEqual(asked.splice(0), [' null', '/spans null'])
  const read = async (id: string, ...args: string[]) => {
    const { spans, spans_truncated } = JSON.parse(
      await run(id, '--json', '--url', url, ...args),
    ) as TraceDetail
    const ids = new Set(spans.map((span) => span.span_id))
    const haveAttributes = spans.every((span) => span.attributes !== undefined)
    return [asked.splice(0), ids.size, spans_truncated, haveAttributes]
  }
  assert.deepEqual(await read(shortId), [[' attributes'], 2, false, true])
  assert.deepEqual(await read(shortId, '--limit', '2'), [[' attributes'], 2, false, true])
  assert.deepEqual(await read(shortId, '--limit', '1'), [[' attributes', '/spans attributes'], 1, true, true])
  assert.deepEqual(await read(longId), [[' attributes', '/spans null', '/spans null'], 1001, false, false])
})
