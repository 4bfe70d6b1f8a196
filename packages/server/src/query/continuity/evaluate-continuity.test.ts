import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { evaluateContinuity, findSuspectOperations, type ContinuityContext } from './evaluate-continuity.ts'
import { operationKey, type ContinuitySpan } from './hop.ts'

const kinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const
const second = 1_000_000_000n
const origin = 1_790_000_000n * second

interface Draft extends Partial<Omit<ContinuitySpan, 'kind'>> {
  id: string
  parent?: string
  kind?: keyof typeof kinds
  service?: string
}

function span({ id, parent = '', kind = 'internal', service = 'agent', ...fields }: Draft): ContinuitySpan {
  return {
    spanId: id,
    parentSpanId: parent,
    name: id,
    kind: kinds[kind],
    serviceName: service,
    startUnixNano: origin,
    durationNano: second,
    statusCode: 0,
    running: false,
    genAiOperation: undefined,
    tool: undefined,
    mcpMethod: undefined,
    contextCarrier: undefined,
    errorType: undefined,
    ...fields,
  }
}

const call = (fields: Draft): ContinuitySpan => span({ kind: 'client', mcpMethod: 'tools/call', ...fields })
const request = (fields: Draft): ContinuitySpan =>
  span({ kind: 'server', service: 'tools', mcpMethod: 'tools/call', ...fields })

const later: ContinuityContext = {
  isComplete: true,
  now: new Date(Number(origin / 1_000_000n) + 3_600_000),
  lastHeardAt: undefined,
  calledOperations: new Set(),
}

/** The verdict in short: `from>to`, `reason from>to`, `because from>to`. */
function judge(spans: ContinuitySpan[], context: Partial<ContinuityContext> = {}) {
  const { joined, broken, undecided } = evaluateContinuity(spans, { ...later, ...context })
  const ends = (hop: { from: ContinuitySpan | undefined; to: ContinuitySpan | undefined }): string =>
    `${hop.from?.spanId ?? ''}>${hop.to?.spanId ?? ''}`
  return {
    joined: joined.map(ends),
    broken: broken.map((hop) => `${hop.reason} ${ends(hop)}`),
    undecided: undecided.map((hop) => `${hop.because} ${ends(hop)}`),
  }
}

const keysOf = (spans: ContinuitySpan[]) => new Set(spans.map(operationKey))

const whole = { joined: [], broken: [], undecided: [] }

describe('a hop is joined', () => {
  test('where a tool call has the server’s request as its child', () => {
    const spans = [span({ id: 'root' }), call({ id: 'c', parent: 'root' }), request({ id: 's', parent: 'c' })]
    assert.deepEqual(judge(spans), { ...whole, joined: ['c>s'] })
  })

  test('also between processes that share a service name', () => {
    const spans = [call({ id: 'c' }), request({ id: 's', parent: 'c', service: 'agent' })]
    assert.deepEqual(judge(spans), { ...whole, joined: ['c>s'] })
  })

  test('where only the HTTP request below the call carried the context', () => {
    const spans = [
      call({ id: 'c' }),
      span({ id: 'post', parent: 'c', kind: 'client' }),
      span({ id: 'http', parent: 'post', kind: 'server', service: 'tools' }),
      request({ id: 's', parent: 'http', contextCarrier: 'none' }),
    ]
    assert.deepEqual(judge(spans), { ...whole, joined: ['post>http'] })
  })

  test('where the work goes on in another service, whatever kinds the spans have', () => {
    const spans = [
      call({ id: 'c' }),
      span({ id: 'work', parent: 'c', service: 'tools' }),
      span({ id: 'publish', parent: 'work', service: 'tools', kind: 'producer' }),
      span({ id: 'consume', parent: 'publish', service: 'tools', kind: 'consumer' }),
    ]
    assert.deepEqual(judge(spans), { ...whole, joined: ['c>work', 'publish>consume'] })
  })

  test('from the span of an outer instrumentation that traces the call', () => {
    const spans = [
      span({ id: 'tool', mcpMethod: 'tools/call', genAiOperation: 'execute_tool' }),
      request({ id: 's', parent: 'tool', service: 'agent' }),
    ]
    assert.deepEqual(judge(spans), { ...whole, joined: ['tool>s'] })
  })

  test('where the MCP request stands behind a gateway that knows no MCP', () => {
    const spans = [
      call({ id: 'c', tool: 'search' }),
      span({ id: 'post', parent: 'c', kind: 'client' }),
      span({ id: 'in', parent: 'post', kind: 'server', service: 'gateway' }),
      span({ id: 'out', parent: 'in', kind: 'client', service: 'gateway' }),
      request({ id: 's', parent: 'out', tool: 'search' }),
    ]
    assert.deepEqual(judge(spans), { ...whole, joined: ['post>in', 'out>s'] })
    // A server that only HTTP is traced of, where the call's own context arrived.
    const direct = [call({ id: 'c' }), span({ id: 'http', parent: 'c', kind: 'server', service: 'tools' })]
    assert.deepEqual(judge(direct), { ...whole, joined: ['c>http'] })
    const twice = [call({ id: 'outer' }), call({ id: 'c', parent: 'outer' }), direct[1]!]
    assert.deepEqual(judge(twice), { ...whole, joined: ['c>http'] })
  })

  test('and local work is none: tools in the process, models and databases called', () => {
    const spans = [
      span({ id: 'root' }),
      span({ id: 'tool', parent: 'root', genAiOperation: 'execute_tool' }),
      span({ id: 'chat', parent: 'root', kind: 'client', genAiOperation: 'chat' }),
      span({ id: 'select', parent: 'tool', kind: 'client' }),
      call({ id: 'ping', parent: 'root', mcpMethod: 'ping' }),
    ]
    assert.deepEqual(judge(spans), whole)
  })

  test('and what a server does for a request is not called again', () => {
    const spans = [
      call({ id: 'c' }),
      request({ id: 's', parent: 'c', tool: 'search' }),
      span({ id: 'handler', parent: 's', service: 'tools', mcpMethod: 'tools/call', tool: 'search' }),
    ]
    assert.deepEqual(judge(spans), { ...whole, joined: ['c>s'] })
    const next = call({ id: 'next', parent: 'handler', service: 'tools', tool: 'search' })
    assert.deepEqual(judge([...spans, next]).broken, ['no_server_span next>'])
    const another = span({
      id: 'other',
      parent: 's',
      service: 'tools',
      mcpMethod: 'tools/call',
      tool: 'rank',
    })
    assert.deepEqual(judge([...spans, another]).broken, ['no_server_span other>'])
  })
})

describe('a hop is broken', () => {
  test('where a tool call has nothing on the other side', () => {
    const remote = span({ id: 'tool', kind: 'client', genAiOperation: 'execute_tool' })
    assert.deepEqual(judge([call({ id: 'c' }), remote]).broken, ['no_server_span c>', 'no_server_span tool>'])
  })

  test('and so where any other request that does work has', () => {
    for (const mcpMethod of ['prompts/get', 'resources/read']) {
      assert.deepEqual(judge([call({ id: 'c', mcpMethod })]).broken, ['no_server_span c>'], mcpMethod)
      assert.deepEqual(
        judge([request({ id: 's', mcpMethod })]).broken,
        ['context_not_received >s'],
        mcpMethod,
      )
    }
  })

  test('once where two instrumentations trace one call', () => {
    const outer = span({ id: 'outer', kind: 'client', genAiOperation: 'execute_tool' })
    const spans = [outer, span({ id: 'retry', parent: 'outer' }), call({ id: 'inner', parent: 'retry' })]
    assert.deepEqual(judge(spans).broken, ['no_server_span inner>'])
  })

  test('where an MCP request came without context', () => {
    assert.deepEqual(judge([request({ id: 's', contextCarrier: 'none' })]).broken, [
      'context_not_received >s',
    ])
    assert.deepEqual(judge([request({ id: 's' })]).broken, ['context_not_received >s'])
    assert.deepEqual(judge([request({ id: 's', mcpMethod: 'initialize' })]), whole)
  })

  test('where the HTTP request it came by had none either, and is told once', () => {
    const spans = [
      span({ id: 'http', kind: 'server', service: 'tools' }),
      span({ id: 'express', parent: 'http', service: 'tools' }),
      request({ id: 's', parent: 'express', contextCarrier: 'none' }),
    ]
    const calledOperations = keysOf(spans)
    assert.deepEqual(judge(spans, { calledOperations }).broken, ['context_not_received >s'])
  })

  test('where an operation that others call has a request without a parent', () => {
    const spans = [
      span({ id: 'POST /', kind: 'server', service: 'tools' }),
      span({ id: 'GET /health', kind: 'server', service: 'tools' }),
    ]
    assert.deepEqual(findSuspectOperations(spans, 5), [
      { service: 'tools', name: 'POST /', kind: kinds.server },
      { service: 'tools', name: 'GET /health', kind: kinds.server },
    ])
    assert.deepEqual(findSuspectOperations(spans, 1).length, 1)
    assert.deepEqual(judge(spans), whole)
    const calledOperations = keysOf(spans.slice(0, 1))
    assert.deepEqual(judge(spans, { calledOperations }).broken, ['root_in_called_service >POST /'])
    const job = [span({ id: 'job', service: 'tools' })]
    assert.deepEqual(judge(job, { calledOperations: keysOf(job) }), whole)
  })

  test('and is not where an MCP connection begins, by whatever HTTP request', () => {
    const spans = [
      span({ id: 'POST /mcp', kind: 'server', service: 'tools' }),
      span({ id: 'express', parent: 'POST /mcp', service: 'tools' }),
      request({ id: 'initialize', parent: 'express', mcpMethod: 'initialize' }),
    ]
    assert.deepEqual(judge(spans, { calledOperations: keysOf(spans) }), whole)
    assert.deepEqual(findSuspectOperations(spans, 5), [])
  })

  test('where parents are missing, each told once with the number of spans that name it', () => {
    const spans = [
      span({ id: 'a', parent: 'gone' }),
      span({ id: 'b', parent: 'gone' }),
      span({ id: 'c', parent: 'lost' }),
    ]
    const { broken } = evaluateContinuity(spans, later)
    assert.deepEqual(
      broken.map(({ reason, to, affectedSpans }) => [reason, to?.spanId, affectedSpans]),
      [
        ['missing_parent', 'a', 2],
        ['missing_parent', 'c', 1],
      ],
    )
  })
})

describe('a hop is undecided', () => {
  const heard = (msAgo: number) => ({ lastHeardAt: new Date(later.now.getTime() - msAgo) })

  test('while the call is under way', () => {
    assert.deepEqual(judge([call({ id: 'c', running: true })]), { ...whole, undecided: ['running c>'] })
  })

  test('for as long as the other side may take to export, by the clock of the server', () => {
    for (const startUnixNano of [origin, origin + 3_600n * second, origin + 7_200n * second]) {
      const made = [call({ id: 'c', startUnixNano })]
      assert.deepEqual(judge(made, heard(9_999)).undecided, ['too_recent c>'])
      assert.deepEqual(judge(made, heard(10_000)).broken, ['no_server_span c>'])
    }
  })

  test('and no longer, though the trace goes on', () => {
    const next = (id: string, afterNano: bigint, service = 'agent') =>
      span({ id, service, startUnixNano: origin + afterNano })
    const made = call({ id: 'c' })
    assert.deepEqual(judge([made, next('b', 9n * second)], heard(0)).undecided, ['too_recent c>'])
    assert.deepEqual(judge([made, next('b', 10n * second)], heard(0)).broken, ['no_server_span c>'])
    assert.deepEqual(judge([made, next('b', 900n * second, 'other')], heard(0)).undecided, ['too_recent c>'])
  })

  test('where the call failed before it was answered, and not where the tool did', () => {
    const failed = (errorType: string) => judge([call({ id: 'c', statusCode: 2, errorType })])
    assert.deepEqual(failed('ECONNREFUSED').undecided, ['call_failed c>'])
    assert.deepEqual(failed('-32001').undecided, ['call_failed c>'])
    assert.deepEqual(failed('401').undecided, ['call_failed c>'])
    assert.deepEqual(failed('503').undecided, ['call_failed c>'])
    assert.deepEqual(failed('1234').broken, ['no_server_span c>'])
    assert.deepEqual(failed('tool_error').broken, ['no_server_span c>'])
    assert.deepEqual(failed('-32603').broken, ['no_server_span c>'])
  })

  test('where a parent may still end', () => {
    const orphan = span({ id: 'a', parent: 'gone' })
    assert.deepEqual(judge([orphan], heard(899_999)).undecided, ['running >a'])
    assert.deepEqual(judge([orphan], heard(900_000)).broken, ['missing_parent >a'])
  })

  test('where what a request below the call reached tells no MCP request of it', () => {
    const token = [
      span({ id: 'post', parent: 'c', kind: 'client' }),
      span({ id: 'token', parent: 'post', kind: 'server', service: 'auth' }),
    ]
    const unclear = { ...whole, joined: ['post>token'], undecided: ['no_mcp_request c>'] }
    assert.deepEqual(judge([call({ id: 'c', tool: 'search' }), ...token]), unclear)
    const other = request({ id: 's', parent: 'token', service: 'auth', tool: 'rank' })
    assert.deepEqual(judge([call({ id: 'c', tool: 'search' }), ...token, other]), unclear)
    assert.deepEqual(judge([call({ id: 'c' }), ...token, other]).undecided, [])
    const ofOther = request({ id: 't', parent: 's', tool: 'search' })
    const nested = judge([call({ id: 'c', tool: 'search' }), ...token, other, ofOther])
    assert.deepEqual(nested.undecided, ['no_mcp_request c>'])
    const notMcp = span({ id: 'c', kind: 'client', genAiOperation: 'execute_tool' })
    assert.deepEqual(judge([notMcp, ...token]), { ...whole, joined: ['post>token'] })
  })

  test('where the trace is longer than what was looked at', () => {
    const spans = [
      call({ id: 'early', durationNano: 1n }),
      call({ id: 'late', durationNano: 100n * second }),
      span({ id: 'last', parent: 'unknown', startUnixNano: origin + 50n * second }),
    ]
    assert.deepEqual(judge(spans, { isComplete: false }), { ...whole, broken: ['no_server_span early>'] })
  })
})

test('whatever parents spans name, every span is judged, and no hop is told twice', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f']
  const anySpan = fc.record({
    id: fc.constantFrom(...ids),
    parent: fc.constantFrom('', 'x', ...ids),
    kind: fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
    service: fc.constantFrom('agent', 'tools', '__proto__'),
    mcpMethod: fc.constantFrom(undefined, 'tools/call', 'initialize', '\0'),
    running: fc.boolean(),
    durationNano: fc.constantFrom(-5n, 0n, 2n ** 62n),
  })
  fc.assert(
    fc.property(
      fc.uniqueArray(anySpan, { maxLength: 6, selector: ({ id }) => id }),
      fc.boolean(),
      (drafts, isComplete) => {
        const spans = drafts.map(span)
        const { joined, broken, undecided } = evaluateContinuity(spans, {
          ...later,
          isComplete,
          calledOperations: keysOf(spans),
        })
        const told = [
          ...broken.map(({ reason, from, to }) => `${reason} ${(from ?? to)?.spanId}`),
          ...undecided.map(({ because, from, to }) => `${because} ${from?.spanId}>${to?.spanId}`),
        ]
        assert.equal(new Set(told).size, told.length)
        assert.ok(joined.every(({ from, to }) => from !== to))
      },
    ),
  )
})

test('a chain and a fan of ten thousand spans are judged at once', () => {
  const chain = Array.from({ length: 10_000 }, (_, index) =>
    call({ id: String(index), ...(index > 0 && { parent: String(index - 1) }) }),
  )
  assert.deepEqual(judge(chain).broken, ['no_server_span 9999>'])
  const fan = Array.from({ length: 10_000 }, (_, index) => call({ id: String(index), parent: '0' }))
  assert.equal(judge(fan).broken.length, 9_999)
})
