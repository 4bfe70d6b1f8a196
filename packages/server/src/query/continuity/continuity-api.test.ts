import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { exampleSpan } from '../../otlp/test-payload.ts'
import type { Resource, Span } from '../../trace/span.ts'
import type { Continuity, TraceDetail } from '../contract.ts'
import { openTestQueryApi, type TestQueryApi } from '../test-query-api.ts'

const hexId = (number: number, digits: number): string => number.toString(16).padStart(digits, '0')
const trace = (number: number): string => hexId(number, 32)
const span = (number: number): string => hexId(number, 16)
const service = (name: string): Resource => ({
  attributes: [{ key: 'service.name', value: name }],
  droppedAttributesCount: 0,
  schemaUrl: '',
})
const agent = service('agent')
const tools = service('tools')
const origin = 1_763_900_000_000_000_000n
const ms = 1_000_000n

/** A tool call's two sides, `startMs` after the origin; a call takes 100 ms, the request 50 of them. */
function callOf(fields: Partial<Span>, startMs: number): Span {
  const startUnixNano = origin + BigInt(startMs) * ms
  return exampleSpan({
    name: 'tools/call search',
    kind: 3,
    resource: agent,
    startUnixNano,
    endUnixNano: startUnixNano + 100n * ms,
    attributes: mcp,
    ...fields,
  })
}

function requestOf(fields: Partial<Span>, startMs: number, carrier: string): Span {
  const startUnixNano = origin + BigInt(startMs + 20) * ms
  const attributes = [...mcp, { key: 'holdfast.context.carrier', value: carrier }]
  return callOf(
    { kind: 2, resource: tools, startUnixNano, endUnixNano: startUnixNano + 50n * ms, attributes, ...fields },
    startMs,
  )
}

const mcp = [
  { key: 'mcp.method.name', value: 'tools/call' },
  { key: 'gen_ai.tool.name', value: 'search' },
]

const post = { name: '\u001b[31m POST \0', attributes: [] }

describe('continuity in the Query API', () => {
  let api: TestQueryApi

  before(async () => {
    api = await openTestQueryApi()
    await api.accept([
      // 1: joined
      callOf({ traceId: trace(1), spanId: span(1) }, 0),
      requestOf({ traceId: trace(1), spanId: span(2), parentSpanId: span(1) }, 0, 'mcp.meta'),
      // 2 and 3: the two halves of one call; 4: the same an hour later, where nobody knows the other half
      callOf({ traceId: trace(2), spanId: span(1) }, 10_000),
      requestOf({ traceId: trace(3), spanId: span(1) }, 10_000, 'none'),
      requestOf({ traceId: trace(4), spanId: span(1) }, 3_600_000, 'none'),
      // 5: a request without its caller, with hostile content; 7: the same with it; 8: one that nobody calls
      requestOf({ traceId: trace(5), spanId: span(1), ...post }, 20_000, ''),
      callOf({ traceId: trace(7), spanId: span(1), attributes: [] }, 30_000),
      requestOf({ traceId: trace(7), spanId: span(2), parentSpanId: span(1), ...post }, 30_000, ''),
      requestOf({ traceId: trace(8), spanId: span(1), name: 'GET /health', attributes: [] }, 20_000, ''),
      // 6: a parent that is not here
      exampleSpan({ traceId: trace(6), spanId: span(1), parentSpanId: span(9), attributes: [] }),
    ])
    await api.persist()
    await api.database.pool.query(
      `update otel.ingestion_queue set received_at = received_at - interval '1 h'`,
    )
  })
  after(() => api.close())

  const read = async (number: number): Promise<Continuity> =>
    (await api.get<TraceDetail>(`/api/v1/traces/${trace(number)}`)).continuity

  test('a joined hop names both sides and what carried the context', async () => {
    assert.deepEqual(await read(1), {
      checked_spans: 2,
      complete: true,
      joined_count: 1,
      broken_count: 0,
      undecided_count: 0,
      joined: [
        {
          from: { span_id: span(1), name: 'tools/call search', service_name: 'agent' },
          to: { span_id: span(2), name: 'tools/call search', service_name: 'tools' },
          mcp_method: 'tools/call',
          tool: 'search',
          carrier: 'mcp.meta',
        },
      ],
      broken: [],
      undecided: [],
    })
  })

  test('the two halves of a broken call name each other', async () => {
    const calling = (await read(2)).broken
    assert.deepEqual(
      calling.map((hop) => [hop.reason, hop.to, hop.likely_other_half]),
      [['no_server_span', null, trace(3)]],
    )
    const called = (await read(3)).broken
    assert.deepEqual(
      called.map((hop) => [hop.reason, hop.from, hop.carrier, hop.likely_other_half]),
      [['context_not_received', null, 'none', trace(2)]],
    )
    assert.ok(calling[0]!.meaning.length > 20 && calling[0]!.what_to_do.length > 20)
  })

  test('a half without another half in sight says nothing of one', async () => {
    assert.equal((await read(4)).broken[0]?.likely_other_half, null)
  })

  test('a root is broken whose operation others call, and no other of its service', async () => {
    assert.deepEqual((await read(8)).broken, [])
    const { broken } = await read(5)
    assert.deepEqual(
      broken.map((hop) => [hop.reason, hop.to?.service_name]),
      [['root_in_called_service', 'tools']],
    )
  })

  test('what just arrived is not judged, whatever its clock says', async () => {
    await api.accept([callOf({ traceId: trace(9), spanId: span(1), parentSpanId: span(9) }, 50_000)])
    await api.persist()
    const { broken, undecided } = await read(9)
    assert.deepEqual([...broken, ...undecided.map((hop) => hop.because)].toSorted(), [
      'running',
      'too_recent',
    ])
  })

  test('a parent that never came is told', async () => {
    const { broken } = await read(6)
    assert.deepEqual(
      broken.map((hop) => [hop.reason, hop.affected_spans]),
      [['missing_parent', 1]],
    )
  })
})
