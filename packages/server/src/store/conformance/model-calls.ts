import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Span } from '../../trace/span.ts'
import { attributesOf, makeRunning, makeSpan, millisecond, newTraceId, noon } from './example-spans.ts'
import { bodyOf, writeSpans, type StoreHarness } from './harness.ts'

export function describeModelCalls(harness: () => StoreHarness): void {
  type Told = Readonly<Record<string, string | number | boolean>>
  const chat = (input: number, output = 1): Told => ({
    'gen_ai.operation.name': 'chat',
    'gen_ai.usage.input_tokens': input,
    'gen_ai.usage.output_tokens': output,
  })

  /** A line of spans, each the parent of the next, a millisecond apart. */
  function line(...each: readonly Told[]): Span[] {
    const traceId = newTraceId()
    const spans: Span[] = []
    for (const [i, told] of each.entries()) {
      const startUnixNano = noon + BigInt(i) * millisecond
      const parentSpanId = spans.at(-1)?.spanId ?? ''
      spans.push(makeSpan({ traceId, parentSpanId, startUnixNano, attributes: attributesOf(told) }))
    }
    return spans
  }

  /** Which of the spans count, and what the trace says of them all: the summary and the calls have to agree. */
  async function assertCounts(spans: readonly Span[], counted: readonly Span[]): Promise<void> {
    const { store } = harness()
    const { traceId } = spans[0]!
    const rows = await store.listSpans(traceId, { limit: 100 })
    const counting = rows.filter((row) => row.countsTokens)
    assert.deepEqual(new Set(counting.map((row) => row.spanId)), new Set(counted.map((span) => span.spanId)))
    const sum = (pick: (row: (typeof rows)[number]) => number | undefined): number | undefined =>
      counting
        .map(pick)
        .reduce((total, told) => (told === undefined ? total : told + (total ?? 0)), undefined)
    const summary = await store.findTrace(traceId)
    assert.deepEqual(
      [summary?.inputTokens, summary?.outputTokens],
      [sum((row) => row.inputTokens), sum((row) => row.outputTokens)],
    )
    const calls = (await store.listModelCalls([traceId], { limit: 100 })).get(traceId) ?? []
    const telling = calls.filter((call) => call.inputTokens !== undefined || call.outputTokens !== undefined)
    assert.deepEqual(
      telling.map((call) => call.spanId),
      counting.map((row) => row.spanId),
    )
  }

  /** Writes the spans in every order, each alone and all together, and checks each time. */
  async function assertCountsInAnyOrder(
    make: () => readonly Span[],
    counted: readonly number[],
  ): Promise<void> {
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.nat()),
        fc.integer({ min: 1, max: 3 }),
        async (dice, batchSize) => {
          const spans = make()
          const order = spans
            .map((span) => ({ span, at: dice.next().value as number }))
            .sort((a, b) => a.at - b.at)
          for (let from = 0; from < spans.length; from += batchSize) {
            await harness().write(order.slice(from, from + batchSize).map(({ span }) => bodyOf([[span]])))
          }
          const right = counted.map((index) => spans[index]!)
          await assertCounts(spans, right)
          // And again when all of it comes a second time.
          await writeSpans(harness(), spans)
          await assertCounts(spans, right)
        },
      ),
      { numRuns: 8 },
    )
  }

  describe('a model call counts once', () => {
    test('an OpenInference span around the provider’s own: the inner one', () =>
      assertCountsInAnyOrder(
        () =>
          line(
            { 'openinference.span.kind': 'AGENT', 'llm.token_count.prompt': 100 },
            {
              'openinference.span.kind': 'LLM',
              'llm.token_count.prompt': 100,
              'llm.token_count.completion': 9,
              'llm.model_name': 'claude-opus-4-5',
            },
            { ...chat(100, 9), 'gen_ai.provider.name': 'anthropic' },
            { 'http.request.method': 'POST' },
          ),
        [2],
      ))

    test('three spans for one call, as a framework over a router over a provider makes them', () =>
      assertCountsInAnyOrder(() => line(chat(7), { 'llm.token_count.prompt': 7 }, chat(7)), [2]))

    test('the AI SDK: its run repeats its calls, its calls count', () =>
      assertCountsInAnyOrder(() => {
        const [run, first, http] = line(
          { ...chat(70, 12), 'gen_ai.operation.name': 'invoke_agent' },
          chat(30, 5),
          { 'http.request.method': 'POST' },
        )
        const second = makeSpan({ ...first!, ...line(chat(40, 7))[0], traceId: run!.traceId })
        return [run!, first!, http!, { ...second, parentSpanId: run!.spanId }]
      }, [1, 3]))

    test('the AI SDK before 7, by its own names', () =>
      assertCountsInAnyOrder(
        () =>
          line(
            { 'ai.operationId': 'ai.generateText', 'ai.usage.inputTokens': 30, 'ai.usage.outputTokens': 5 },
            {
              'ai.operationId': 'ai.generateText.doGenerate',
              'ai.usage.inputTokens': 30,
              'gen_ai.usage.input_tokens': 30,
              'gen_ai.usage.output_tokens': 5,
            },
          ),
        [1],
      ))

    test('a tool inside a call that calls a model itself: both', () =>
      assertCountsInAnyOrder(
        () => line(chat(10), { 'gen_ai.operation.name': 'execute_tool' }, chat(3)),
        [0, 2],
      ))

    test('an agent inside a call: both, whatever lies between them', () =>
      assertCountsInAnyOrder(
        () => line(chat(10), { 'gen_ai.operation.name': 'invoke_agent' }, {}, chat(3)),
        [0, 3],
      ))

    test('embeddings directly inside a chat are another call: both', () =>
      assertCountsInAnyOrder(
        () => line(chat(10), { 'gen_ai.operation.name': 'embeddings', 'gen_ai.usage.input_tokens': 4 }),
        [0, 1],
      ))

    test('several calls inside one: those inside', () =>
      assertCountsInAnyOrder(() => {
        const [outer, first] = line(chat(10), chat(4))
        const second = { ...line(chat(6))[0]!, traceId: outer!.traceId, parentSpanId: outer!.spanId }
        return [outer!, first!, second]
      }, [1, 2]))

    test('the outer one counts while the inner one tells nothing', () =>
      assertCountsInAnyOrder(() => line(chat(10), { 'gen_ai.operation.name': 'chat' }), [0]))

    test('an inner one that tells less than the outer one: the outer one, so that no known number is lost', () =>
      assertCountsInAnyOrder(() => line(chat(10), { 'gen_ai.usage.output_tokens': 1 }), [0]))

    test('a line of three of which the two inner ones tell less: the innermost, and nothing twice', () =>
      assertCountsInAnyOrder(() => {
        const less: Told = { 'gen_ai.usage.output_tokens': 1 }
        return line(chat(10), less, less)
      }, [2]))

    test('one of several inner ones tells all that the outer one does: it, and none that tells less', () =>
      assertCountsInAnyOrder(() => {
        const [outer, partial] = line(chat(10), { 'gen_ai.usage.input_tokens': 4 })
        const whole = { ...line(chat(6))[0]!, traceId: outer!.traceId, parentSpanId: outer!.spanId }
        return [outer!, partial!, whole]
      }, [2]))

    test('two that are each inside the other: none', () =>
      assertCountsInAnyOrder(() => {
        const [one, other] = line(chat(10), chat(10))
        return [{ ...one!, parentSpanId: other!.spanId }, other!]
      }, []))

    test('a tool, or a look-up, that repeats the tokens of a call inside it: the call', () =>
      assertCountsInAnyOrder(
        () =>
          line(
            { ...chat(10), 'gen_ai.operation.name': 'execute_tool' },
            { 'gen_ai.operation.name': 'invoke_agent' },
            {
              ...chat(10),
            },
          ),
        [2],
      ))

    test('a span that is its own parent counts', () =>
      assertCountsInAnyOrder(
        () => line(chat(5)).map((span) => ({ ...span, parentSpanId: span.spanId })),
        [0],
      ))

    test('a running copy that told tokens is forgotten with them, and what it enclosed or was enclosed by counts', async () => {
      const [outer, inner] = line(chat(10), chat(10))
      const silent = { ...inner!, attributes: [] }
      await writeSpans(harness(), [outer!])
      await writeSpans(harness(), [makeRunning(inner!)])
      await assertCounts([outer!], [inner!])
      await writeSpans(harness(), [silent])
      await assertCounts([outer!], [outer!])
    })

    test('a running copy that told tokens as a call, and ends as an agent’s run, leaves those around and inside it', async () => {
      const [outer, middle, inner] = line(chat(10), chat(10), chat(10))
      const run = {
        ...middle!,
        attributes: attributesOf({ ...chat(10), 'gen_ai.operation.name': 'invoke_agent' }),
      }
      await writeSpans(harness(), [outer!, makeRunning(middle!), inner!])
      await assertCounts([outer!], [inner!])
      await writeSpans(harness(), [run])
      await assertCounts([outer!], [outer!, inner!])
    })

    test('written by several at once', async () => {
      for (let round = 0; round < 5; round++) {
        const spans = line(chat(10), chat(10), chat(10))
        await Promise.all(spans.map((span) => harness().writeElsewhere([bodyOf([[span]])])))
        await assertCounts(spans, [spans[2]!])
      }
    })

    test('on days apart', async () => {
      const spans = line(chat(10), chat(10))
      await writeSpans(harness(), [spans[0]!], '2026-11-20')
      await writeSpans(harness(), [spans[1]!], '2026-11-22')
      await assertCounts(spans, [spans[1]!])
    })
  })

  describe('the model calls of a trace', () => {
    test('tell what their spans told, in the order of their start', async () => {
      const spans = line(
        { 'gen_ai.operation.name': 'invoke_agent' },
        {
          ...chat(10, 2),
          'gen_ai.provider.name': 'openai',
          'gen_ai.request.model': 'gpt-5',
          'gen_ai.response.model': 'gpt-5-2026-01-01',
          'gen_ai.usage.cache_read.input_tokens': 3,
          'gen_ai.usage.cache_write.input_tokens': 4,
          'gen_ai.usage.reasoning.output_tokens': 1,
        },
      )
      const later = makeSpan({
        traceId: spans[0]!.traceId,
        startUnixNano: noon + 50n * millisecond,
        attributes: attributesOf(chat(1)),
      })
      await writeSpans(harness(), [later, ...spans])
      const { traceId } = later
      const calls = await harness().store.listModelCalls([traceId], { limit: 10 })
      assert.deepEqual(calls.get(traceId)?.[0], {
        traceId,
        spanId: spans[1]!.spanId,
        startUnixNano: spans[1]!.startUnixNano,
        operation: 'chat',
        provider: 'openai',
        requestModel: 'gpt-5',
        responseModel: 'gpt-5-2026-01-01',
        inputTokens: 10,
        outputTokens: 2,
        cacheReadTokens: 3,
        cacheWriteTokens: 4,
        reasoningTokens: 1,
      })
      assert.equal(calls.get(traceId)?.[1]?.spanId, later.spanId)
      const first = await harness().store.listModelCalls([traceId], { limit: 1 })
      assert.equal(first.get(traceId)?.length, 1)
    })

    test('are asked for many traces at once; a trace without any, and an unknown one, have no entry', async () => {
      const [one, two, none] = [line(chat(1)), line(chat(2)), line({})]
      await writeSpans(harness(), [...one, ...two, ...none])
      const ids = [one, two, none].map((spans) => spans[0]!.traceId)
      const calls = await harness().store.listModelCalls([...ids, newTraceId(), 'nonsense'], { limit: 10 })
      assert.deepEqual(new Set(calls.keys()), new Set(ids.slice(0, 2)))
      assert.equal(calls.get(ids[1]!)?.[0]?.inputTokens, 2)
    })

    test('that told no tokens are there once: a failed one, not the shell of one that told them', async () => {
      const silent: Told = { 'gen_ai.operation.name': 'chat' }
      const [failed] = line(silent)
      const [shell, inside] = line(silent, chat(5))
      const [telling, quiet] = line(chat(5), silent)
      const [outer, inner] = line(silent, silent)
      await writeSpans(harness(), [failed!, shell!, inside!, telling!, quiet!, outer!, inner!])
      const expected = [failed!, inside!, telling!, inner!]
      const calls = await harness().store.listModelCalls(
        expected.map((span) => span.traceId),
        { limit: 10 },
      )
      for (const span of expected) {
        assert.deepEqual(
          calls.get(span.traceId)?.map((call) => call.spanId),
          [span.spanId],
        )
      }
    })
  })
}
