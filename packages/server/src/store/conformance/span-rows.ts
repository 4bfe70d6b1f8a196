import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Operation } from '../trace-store.ts'
import { makeSpan, millisecond, newName, newTraceId, noon, resourceOf } from './example-spans.ts'
import { writeSpans, type StoreHarness } from './harness.ts'

export function describeSpanRows(harness: () => StoreHarness): void {
  describe('a row of a span', () => {
    test('has what the span told under the names of the GenAI conventions', async () => {
      const span = makeSpan({
        attributes: [
          { key: 'gen_ai.operation.name', value: 'chat' },
          { key: 'gen_ai.provider.name', value: 'anthropic' },
          { key: 'gen_ai.request.model', value: 'claude-opus-4-5' },
          { key: 'gen_ai.response.model', value: 'claude-opus-4-5-20251101' },
          { key: 'gen_ai.agent.name', value: 'analyst' },
          { key: 'gen_ai.tool.name', value: 'query' },
          { key: 'mcp.method.name', value: 'tools/call' },
          { key: 'holdfast.context.carrier', value: 'mcp.meta' },
          { key: 'error.type', value: 'timeout' },
          { key: 'gen_ai.usage.input_tokens', value: 0n },
          { key: 'gen_ai.usage.reasoning.output_tokens', value: 2n },
        ],
      })
      await writeSpans(harness(), [span])
      const [row] = await harness().store.listSpans(span.traceId, { limit: 1 })
      assert.deepEqual(
        { ...row },
        {
          ...row,
          genAiOperation: 'chat',
          provider: 'anthropic',
          requestModel: 'claude-opus-4-5',
          responseModel: 'claude-opus-4-5-20251101',
          agent: 'analyst',
          tool: 'query',
          mcpMethod: 'tools/call',
          contextCarrier: 'mcp.meta',
          errorType: 'timeout',
          inputTokens: 0,
          outputTokens: undefined,
          reasoningTokens: 2,
          countsTokens: true,
          lastHeardAt: undefined,
        },
      )
    })

    test('has nothing of what the span did not tell', async () => {
      const span = makeSpan()
      await writeSpans(harness(), [span])
      const [row] = await harness().store.listSpans(span.traceId, { limit: 1 })
      assert.deepEqual(
        [row?.genAiOperation, row?.tool, row?.inputTokens, row?.countsTokens],
        [undefined, undefined, undefined, false],
      )
    })
  })

  describe('an operation that others call', () => {
    const served = (service: string, name = 'work', kind = 2): Operation => ({ service, name, kind })

    /** A span of `caller` with one of `service` directly inside. */
    async function call(caller: string, callerKind: number, service: string, kind: number): Promise<void> {
      const outer = makeSpan({ name: 'call', kind: callerKind, resource: resourceOf(caller) })
      const { traceId, spanId: parentSpanId } = outer
      const inner = makeSpan({ traceId, parentSpanId, kind, resource: resourceOf(service) })
      await writeSpans(harness(), [outer, inner])
    }

    test('is one with a span inside a span of another service, or inside a CLIENT span', async () => {
      const { store } = harness()
      const [caller, called, itself] = [newName('caller'), newName('called'), newName('itself')]
      await call(caller, 1, called, 2)
      await call(itself, 3, itself, 2)
      assert.equal(await store.isCalledByOthers(served(called)), true)
      assert.equal(await store.isCalledByOthers(served(itself)), true)
      assert.equal(await store.isCalledByOthers(served(caller, 'call', 1)), false)
    })

    test('is not one whose spans have no parent, or one of its own service that is no CLIENT', async () => {
      const { store } = harness()
      const [rooted, nested] = [newName('rooted'), newName('nested')]
      await writeSpans(harness(), [
        makeSpan({ kind: 2, resource: resourceOf(rooted) }),
        makeSpan({ kind: 2, resource: resourceOf(rooted), parentSpanId: 'abababababababab' }),
      ])
      await call(nested, 2, nested, 2)
      for (const service of [rooted, nested, newName('unknown')]) {
        assert.equal(await store.isCalledByOthers(served(service)), false, service)
      }
    })

    test('is one by itself: another operation of its service, or of its name, that is called does not make it one', async () => {
      const { store } = harness()
      const service = newName('served')
      await call(newName('caller'), 3, service, 2)
      await writeSpans(harness(), [makeSpan({ name: 'GET /health', kind: 2, resource: resourceOf(service) })])
      assert.equal(await store.isCalledByOthers(served(service)), true)
      assert.equal(await store.isCalledByOthers(served(service, 'GET /health')), false)
      assert.equal(await store.isCalledByOthers(served(service, 'work', 5)), false)
    })

    test('is found among many newer traces that begin with it', async () => {
      const service = newName('busy')
      await call(newName('caller'), 3, service, 2)
      const others = Array.from({ length: 60 }, () =>
        makeSpan({
          traceId: newTraceId(),
          kind: 2,
          resource: resourceOf(service),
          startUnixNano: noon + millisecond,
        }),
      )
      await writeSpans(harness(), others)
      assert.equal(await harness().store.isCalledByOthers(served(service)), true)
    })
  })
}
