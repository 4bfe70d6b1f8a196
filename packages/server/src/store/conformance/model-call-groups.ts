import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Span } from '../../trace/span.ts'
import type { AskedPeriods } from '../fingerprint-ranking.ts'
import type { CallGrouping } from '../model-call-group.ts'
import {
  attributesOf,
  makeSpan,
  makeStage,
  millisecond,
  newName,
  newSpanId,
  noon,
  resourceOf,
} from './example-spans.ts'
import { writeSpans, type StoreHarness } from './harness.ts'

const second = 1000n * millisecond
const hour = 3600n * second

export function describeModelCallGroups(harness: () => StoreHarness): void {
  describe('model calls added up by fingerprint', () => {
    // A time of its own: what other tests write lies elsewhere.
    const start = noon + 80n * 24n * hour
    const periods: AskedPeriods = {
      previousFromUnixNano: start - 100n * hour,
      fromUnixNano: start,
      toUnixNano: start + 100n * hour,
    }
    const whole: CallGrouping = { inputTokens: [], startsUnixNano: [], timesOfDayNano: [], limit: 1000 }

    type Told = Readonly<Record<string, string | number>>
    const tokens = (input: number, output?: number): Told => ({
      'gen_ai.usage.input_tokens': input,
      ...(output !== undefined && { 'gen_ai.usage.output_tokens': output }),
    })

    /** A trace that asks and makes these calls. */
    function ask(fingerprint: string, at: bigint, ...calls: readonly Told[]): Span[] {
      const stage = makeStage(fingerprint, { startUnixNano: start + at })
      const around = { traceId: stage.traceId, parentSpanId: stage.spanId, startUnixNano: start + at }
      const make = (told: Told): Span =>
        makeSpan({ ...around, attributes: attributesOf({ 'gen_ai.operation.name': 'chat', ...told }) })
      return [stage, ...calls.map(make)]
    }

    async function group(
      batches: readonly (readonly string[])[],
      by: Partial<CallGrouping> = {},
      changes: Partial<AskedPeriods> = {},
    ) {
      const asked = { ...periods, ...changes }
      const answers = []
      for await (const groups of harness().store.groupModelCalls(asked, batches, { ...whole, ...by })) {
        const told = groups.map((each) => [each.isCurrent, each.callCount, each.inputTokens])
        answers.push(told.sort((a, b) => Number(a[2] ?? -1) - Number(b[2] ?? -1)))
      }
      return answers
    }

    test('come a batch at a time, each under all fingerprints of its trace, in the period of the trace', async () => {
      const [one, two] = [newName('one'), newName('two')]
      const both = ask(one, 0n, tokens(10, 1), tokens(20, 1))
      const alsoTwo = makeStage(two, { traceId: both[0]!.traceId, startUnixNano: start + second })
      await writeSpans(harness(), [...both, alsoTwo, ...ask(one, -1n, tokens(7, 1)), ...ask(two, hour)])
      const ofOne = [
        [false, 1, 7],
        [true, 2, 30],
      ]
      assert.deepEqual(await group([[one], [newName('never')], [two]]), [ofOne, [], [[true, 2, 30]]])
      assert.deepEqual(await group([[one, two]]), [[...ofOne, [true, 2, 30]]])
      assert.deepEqual(await group([[one]], {}, { toUnixNano: start }), [[[false, 1, 7]]])
      assert.deepEqual(await group([[one]], { limit: 0 }).then((each) => each[0]?.length), 1)
      assert.deepEqual(await group([]), [])
    })

    test('are those of traces in which the service has a span', async () => {
      const [fingerprint, server] = [newName('served'), newName('server')]
      const [stage, call] = ask(fingerprint, 0n, tokens(5, 1))
      await writeSpans(harness(), [
        ...ask(fingerprint, 0n, tokens(1, 1)),
        stage!,
        { ...call!, resource: resourceOf(server) },
      ])
      assert.deepEqual(await group([[fingerprint]], {}, { service: server }), [[[true, 1, 5]]])
      assert.deepEqual(await group([[fingerprint]], {}, { service: newName('nobody') }), [[]])
    })

    test('are apart by model, by what they told, and by the bounds', async () => {
      const named = newName('bounds')
      const calls: readonly Told[] = [
        tokens(1, 1),
        { ...tokens(2, 1), 'gen_ai.provider.name': 'p' },
        { ...tokens(4, 1), 'gen_ai.request.model': 'm' },
        { ...tokens(8, 1), 'gen_ai.response.model': 'm' },
        tokens(16),
        tokens(32, 0),
        { ...tokens(64, 1), 'gen_ai.usage.cache_read.input_tokens': 3 },
        { ...tokens(128, 1), 'gen_ai.usage.cache_creation.input_tokens': 3 },
        { ...tokens(200, 1), 'gen_ai.usage.cache_read.input_tokens': 300 },
      ]
      await writeSpans(harness(), ask(named, 0n, ...calls, ...calls))
      const sums = (groups: unknown[][] | undefined) => groups?.map((each) => [each[1], each[2]])
      const [groups] = await group([[named]])
      assert.deepEqual(
        sums(groups),
        // With what was cached beside the 200, which then is of the same kinds as the 64.
        [2, 4, 8, 16, 32, 64, 256, 1128].map((input) => [input === 1128 ? 4 : 2, input]),
      )
      const [bounded] = await group([[named]], { inputTokens: [500] })
      assert.deepEqual(sums(bounded)?.slice(-3), [
        [2, 128],
        [2, 256],
        [2, 1000],
      ])
    })

    test('are apart by when they began: from a bound on', async () => {
      const at = newName('at')
      const calls = [0n, 1n, 24n * hour, 24n * hour + 1n].flatMap((each, index) =>
        ask(at, each, tokens(10 ** index, 1)),
      )
      await writeSpans(harness(), calls)
      const inputs = async (by: Partial<CallGrouping>) => (await group([[at]], by))[0]?.map((each) => each[2])
      assert.deepEqual(await inputs({}), [1111])
      assert.deepEqual(await inputs({ startsUnixNano: [start + 1n] }), [1, 1110])
      assert.deepEqual(await inputs({ startsUnixNano: [start + 1n, start + 24n * hour] }), [1, 10, 1100])
      assert.deepEqual(await inputs({ timesOfDayNano: [12n * hour + 1n] }), [101, 1010])
    })

    test('are each counted once, as the list of model calls has them, also those that told no tokens', async () => {
      const silent = newName('silent')
      const [stage, outer, lone] = ask(silent, 0n, tokens(10, 1), {})
      const inside = (around: Span, told: Told): Span => ({
        ...makeSpan({ ...around, attributes: attributesOf({ 'gen_ai.operation.name': 'chat', ...told }) }),
        spanId: newSpanId(),
        parentSpanId: around.spanId,
      })
      // The same call told twice: once with its tokens, once without.
      await writeSpans(harness(), [stage!, outer!, lone!, inside(outer!, {}), inside(outer!, tokens(9, 1))])
      const calls = await harness().store.listModelCalls([stage!.traceId], { limit: 100 })
      const listed = calls.get(stage!.traceId)!.map((call) => call.inputTokens ?? -1)
      const [groups] = await group([[silent]])
      assert.equal(
        groups?.reduce((sum, each) => sum + Number(each[1]), 0),
        listed.length,
      )
      assert.deepEqual(groups?.[0], [true, listed.filter((input) => input === -1).length, undefined])
    })
  })
}
