import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Compile } from 'typebox/schema'
import { exampleSpan } from '../otlp/test-payload.ts'
import type { Queue } from './contract.ts'
import { formatInstant } from './instant.ts'
import { problemStatuses } from './problem-codes.ts'
import { openTestQueryApi, type TestQueryApi } from './test-query-api.ts'

interface Media {
  schema: Parameters<typeof Compile>[0]
}
interface Operation {
  operationId: string
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[]
  responses: Record<string, { description: string; content: Record<string, Media> }>
}
type Schema = Record<string, unknown>
interface Document {
  openapi: string
  components: { schemas: Record<string, Schema> }
  paths: Record<string, Record<string, Operation>>
}

const span = exampleSpan({
  parentSpanId: 'c'.repeat(16),
  attributes: [
    { key: 'text', value: 'hello' },
    { key: 'canonicalize.fingerprint', value: 'SELECT:FILM' },
    { key: 'int', value: 2n ** 62n },
    { key: 'nan', value: NaN },
    { key: 'list', value: [1n, 'two', null, { entries: [{ key: '__proto__', value: true }] }] },
    { key: '__proto__', value: new Uint8Array([1]) },
  ],
  events: [{ timeUnixNano: 2n ** 64n - 1n, name: 'e', attributes: [], droppedAttributesCount: 1 }],
  links: [
    {
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      traceState: 'x=1',
      attributes: [],
      droppedAttributesCount: 0,
      flags: 1,
    },
  ],
})
const waiting = exampleSpan({ traceId: 'd'.repeat(32) })

/** Requests that, together, get every answer of every operation; by operationId. */
const requests: Record<string, string[]> = {
  getHealth: ['/healthz'],
  getReadiness: ['/readyz', '/readyz?x=1'],
  getMetrics: ['/metrics'],
  listTraces: [
    '/api/v1/traces',
    '/api/v1/traces?limit=0',
    '/api/v1/traces?attr=x',
    '/api/v1/traces?cursor=x',
  ],
  getTrace: ['', '?include=attributes', '?include=all'].map(
    (query) => `/api/v1/traces/${span.traceId}${query}`,
  ),
  listSpans: ['', '?include=attributes', '?limit=x'].map(
    (query) => `/api/v1/traces/${span.traceId}/spans${query}`,
  ),
  getRawTrace: [
    `/api/v1/traces/${span.traceId}/raw`,
    '/api/v1/traces/x/raw',
    `/api/v1/traces/${'f'.repeat(32)}/raw`,
  ],
  getJourney: [span.traceId, waiting.traceId, 'f'.repeat(32), 'x'].map(
    (id) => `/api/v1/traces/${id}/journey`,
  ),
  listServices: ['/api/v1/services', '/api/v1/services?limit=-1'],
  listOperations: ['/api/v1/operations', '/api/v1/operations?service=agent'],
  getFingerprintStats: [
    '/api/v1/stats/fingerprints',
    `/api/v1/stats/fingerprints?start=${formatInstant(span.startUnixNano)}&end=${formatInstant(span.endUnixNano)}`,
    '/api/v1/stats/fingerprints?start=2016-11-23T00:00:00Z',
  ],
  getLedger: ['/api/v1/ledger'],
  listQueue: ['/api/v1/queue', '/api/v1/queue?state=settled', '/api/v1/queue?state=x'],
  getQueueItem: ['/api/v1/queue/{pending}', '/api/v1/queue/x'],
}

describe('the OpenAPI document', () => {
  let api: TestQueryApi
  let document: Document

  before(async () => {
    api = await openTestQueryApi()
    await api.accept([span])
    await api.persist()
    await api.accept([waiting])
    document = await api.get<Document>('/openapi.json')
  })
  after(() => api.close())

  test('is valid OpenAPI 3.1', async () => {
    assert.match(document.openapi, /^3\.1\./)
    const result = await new Validator().validate(document as unknown as Record<string, unknown>)
    assert.equal(result.valid, true, JSON.stringify(result))
  })

  test('has every route of the contract, each with its path parameters', () => {
    assert.deepEqual(Object.keys(document.paths).sort(), [
      '/api/v1/ledger',
      '/api/v1/operations',
      '/api/v1/queue',
      '/api/v1/queue/{id}',
      '/api/v1/services',
      '/api/v1/stats/fingerprints',
      '/api/v1/traces',
      '/api/v1/traces/{id}',
      '/api/v1/traces/{id}/journey',
      '/api/v1/traces/{id}/raw',
      '/api/v1/traces/{id}/spans',
      '/healthz',
      '/metrics',
      '/readyz',
    ])
    for (const [path, { get }] of Object.entries(document.paths)) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      const inPath = (get?.parameters ?? []).filter((parameter) => parameter.in === 'path')
      assert.deepEqual(
        inPath.map((parameter) => parameter.name),
        named,
      )
    }
  })

  test('every real answer follows it: status, media type and schema', async () => {
    const pendingId = (await api.get<Queue>('/api/v1/queue')).items[0]!.id
    const operations = Object.values(document.paths).map((path) => path['get']!)
    // Answers are open to fields of later versions; what this one tells has to be in the document.
    const components = close(document.components) as Schema
    const withComponents = (schema: object) => ({ ...(close(schema) as Schema), components })
    assert.deepEqual(
      operations.map((operation) => operation.operationId).sort(),
      Object.keys(requests).sort(),
    )
    for (const operation of operations) {
      const statuses: string[] = []
      const urls = requests[operation.operationId]!.map((url) => url.replace('{pending}', pendingId))
      const asked = [...urls.map((url) => ({ url })), { url: urls[0]!, headers: { host: 'evil.example' } }]
      for (const request of asked) {
        const { url } = request
        const answer = await api.app.inject(request)
        const status = String(answer.statusCode)
        statuses.push(status)
        const described = operation.responses[status] ?? operation.responses[`${status[0]}XX`]
        assert.ok(described !== undefined, `${url} answers ${status}`)
        const mediaType = String(answer.headers['content-type']).split(';', 1)[0]!
        const media = described.content[mediaType]
        assert.ok(media !== undefined, `${url} answers ${mediaType}`)
        const body: unknown = mediaType.endsWith('json') ? answer.json() : answer.body
        const [follows, mistakes] = Compile(withComponents(media.schema)).Errors(body)
        assert.ok(follows, `${url}: ${JSON.stringify(mistakes)}`)
      }
      assert.ok(statuses.includes('200'), `${operation.operationId} was answered`)
      assert.equal(statuses.at(-1), '403', `${operation.operationId} by a foreign name`)
    }
  })

  test('the main types have names, and answers may grow while parameters may not', () => {
    const names = ['Trace', 'TraceDetail', 'Span', 'Journey', 'Ledger', 'Queue', 'QueueItem', 'Problem']
    for (const name of names) assert.ok(name in document.components.schemas, name)
    assert.doesNotMatch(JSON.stringify(document), /"additionalProperties":false/)
    assert.doesNotMatch(JSON.stringify(document), /"\$id"/)
  })

  test('parameters say what form they have', () => {
    const parameter = (path: string, name: string) =>
      document.paths[path]?.['get']?.parameters?.find((each) => each.name === name)?.schema
    assert.equal(parameter('/api/v1/traces', 'start')?.['format'], 'date-time')
    assert.equal(parameter('/api/v1/traces', 'end')?.['format'], 'date-time')
    assert.equal(parameter('/api/v1/traces/{id}/raw', 'id')?.['pattern'], '^[0-9a-fA-F]{32}$')
    assert.equal(parameter('/api/v1/queue/{id}', 'id')?.['pattern'], '^[0-9]{1,19}$')
  })

  test('every code of a problem is in it, and in docs/api.md with its status', () => {
    const { properties } = document.components.schemas['Problem'] as {
      properties: { code: { enum: string[] } }
    }
    assert.deepEqual(properties.code.enum, Object.keys(problemStatuses))
    const page = readFileSync(new URL('../../../../docs/api.md', import.meta.url), 'utf8')
    const rows = [...page.matchAll(/^\| `(\w+)` +\| (\d{3})/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ])
    assert.deepEqual(rows, Object.entries(problemStatuses))
  })
})

/** A copy of a schema in which objects with known properties have no others. */
function close(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(close)
  if (typeof schema !== 'object' || schema === null) return schema
  const closed = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, close(value)]))
  return closed['type'] === 'object' && 'properties' in closed && !('additionalProperties' in closed)
    ? { ...closed, additionalProperties: false }
    : closed
}
