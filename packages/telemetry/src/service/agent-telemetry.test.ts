import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { SpanKind } from '@opentelemetry/api'
import { createTelemetry } from '../index.ts'
import type { FinishedSpan } from './telemetry-span.ts'

const telemetry = createTelemetry({ serviceName: 'unit', backend: 'memory', env: {} })
after(() => telemetry.shutdown())

function get(name: string): FinishedSpan {
  return telemetry.finishedSpans().find((span) => span.name === name) ?? assert.fail(`no span ${name}`)
}

describe('a span', () => {
  test('passes on what the work returns, and ends before that does', () => {
    const result = { value: 1 }
    assert.equal(
      telemetry.span('sync', () => result),
      result,
    )
    assert.equal(get('sync').kind, 'INTERNAL')
  })

  test('of async work ends when the promise settles, and spans inside are children', async () => {
    const result = await telemetry.span('async', async () => {
      await new Promise((done) => setImmediate(done))
      return telemetry.span('child', () => 'inner')
    })
    assert.equal(result, 'inner')
    assert.equal(get('child').parentSpanId, get('async').spanId)
    assert.equal(get('child').traceId, get('async').traceId)
  })

  test('passes on the very error that the work throws, and is marked failed', async () => {
    const mistake = new TypeError('wrong')
    for (const [name, work] of [
      [
        'throws',
        () =>
          Promise.resolve(
            telemetry.span('throws', () => {
              throw mistake
            }),
          ),
      ],
      [
        'rejects',
        () =>
          telemetry.span('rejects', async () => {
            throw mistake
          }),
      ],
    ] as const) {
      await assert.rejects(
        async () => work(),
        (error) => error === mistake,
      )
      const span = get(name)
      assert.deepEqual(span.status, { code: 'ERROR', message: 'wrong' })
      assert.equal(span.attributes['error.type'], 'TypeError')
      const [event] = span.events
      assert.equal(event?.name, 'exception')
      assert.equal(event?.attributes['exception.message'], 'wrong')
      assert.match(String(event?.attributes['exception.stacktrace']), /agent-telemetry/)
    }
  })

  test('is described by what is thrown, whatever that is', () => {
    class QuotaExceeded extends Error {}
    const thrown: [unknown, string, string | undefined][] = [
      ['text', '_OTHER', 'text'],
      [undefined, '_OTHER', 'undefined'],
      [new QuotaExceeded('q'), 'QuotaExceeded', 'q'],
      [Object.assign(new Error('c'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED', 'c'],
      [new Error('e'), 'Error', 'e'],
      [{ name: 'Own', message: 'own' }, 'Own', 'own'],
    ]
    for (const [index, [error, type, message]] of thrown.entries()) {
      assert.throws(
        () =>
          telemetry.span(`thrown ${index}`, () => {
            throw error
          }),
        (caught) => caught === error,
      )
      assert.equal(get(`thrown ${index}`).attributes['error.type'], type)
      assert.equal(get(`thrown ${index}`).status.message, message)
    }
  })

  test('without work is a mistake that is named', () => {
    assert.throws(() => telemetry.span('no work', { inputs: 1 }, undefined as never), {
      name: 'TypeError',
      message: /function to run inside the span/,
    })
  })

  test('has its type, operation, inputs, outputs and attributes', () => {
    const options = {
      type: 'RETRIEVER',
      inputs: { q: 'x' },
      kind: SpanKind.CLIENT,
      attributes: { a: 1, o: { b: 2 }, none: null },
    } as const
    telemetry.span('full', options, (span) => {
      span
        .setOutputs('found')
        .setAttributes({ list: ['a', 'b'], mixed: [1, 'a'] })
        .addEvent('seen', { n: 1 })
      assert.equal(span.traceId.length, 32)
      assert.equal(span.spanId.length, 16)
    })
    const span = get('full')
    assert.equal(span.kind, 'CLIENT')
    assert.deepEqual(span.attributes, {
      a: 1,
      o: '{"b":2}',
      'holdfast.span.type': 'RETRIEVER',
      'gen_ai.operation.name': 'retrieval',
      'input.value': '{"q":"x"}',
      'input.mime_type': 'application/json',
      'output.value': 'found',
      'output.mime_type': 'text/plain',
      list: ['a', 'b'],
      mixed: '[1,"a"]',
    })
    assert.deepEqual(span.events, [{ name: 'seen', attributes: { n: 1 } }])
  })

  test('of an output with an error is failed, without one it is not', () => {
    telemetry.span('output error', (span) => span.setOutputs({ error: { name: 'ToolError', message: 'no' } }))
    assert.deepEqual(get('output error').status, { code: 'ERROR', message: 'no' })
    assert.equal(get('output error').attributes['error.type'], 'ToolError')
    telemetry.span('output null', (span) => span.setOutputs({ error: null, data: 1 }))
    assert.equal(get('output null').status.code, 'UNSET')
    telemetry.span('output Error', (span) => span.setOutputs(new RangeError('r')))
    assert.equal(get('output Error').attributes['error.type'], 'RangeError')
  })

  test('of cut inputs says so', () => {
    telemetry.span('cut', { inputs: 'x'.repeat(100_000) }, () => 0)
    const { attributes } = get('cut')
    assert.equal(attributes['holdfast.input.truncated'], true)
    assert.match(String(attributes['input.value']), /characters left out\]$/)
  })

  test('begins where it is told to', () => {
    telemetry.span('outer', () => {
      const captured = telemetry.captureContext()
      telemetry.span('root', { parent: 'root' }, () => {
        telemetry.span('told', { parent: captured }, () => 0)
      })
    })
    assert.equal(get('root').parentSpanId, undefined)
    assert.notEqual(get('root').traceId, get('outer').traceId)
    assert.equal(get('told').parentSpanId, get('outer').spanId)
  })

  test('takes no notice once it has ended', () => {
    const span = telemetry.span('ended', (one) => one)
    span.setInputs(1).setOutputs(2).setAttributes({ a: 1 }).addEvent('e').recordError(new Error('x'))
    assert.deepEqual(get('ended').attributes, {})
  })
})

describe('promises', () => {
  test('a thenable of its own class keeps its identity, runs once, and is watched however it is asked', async () => {
    class Query implements PromiseLike<number> {
      runs = 0
      extra = 'kept'
      then<A, B>(
        onValue?: ((n: number) => A | PromiseLike<A>) | null,
        onError?: ((e: unknown) => B | PromiseLike<B>) | null,
      ): PromiseLike<A | B> {
        this.runs += 1
        return Promise.resolve(this.runs).then(onValue, onError)
      }
      // A catch that does not go through then, as OpenAI's APIPromise has it.
      catch(onError: () => number): Promise<number> {
        return Promise.resolve(-1).catch(onError)
      }
    }
    const query = new Query()
    const traced = telemetry.span('query', () => query)
    assert.equal(traced, query)
    assert.equal(traced.extra, 'kept')
    assert.equal(query.runs, 0)
    assert.equal(await traced, 1)
    assert.ok(get('query'))
    const caught = telemetry.span('caught', () => new Query())
    assert.equal(await caught.catch(() => 0), 1)
    assert.ok(get('caught'))
  })

  test('a thenable may give a stream', async () => {
    const thenable = {
      then(done: (value: AsyncGenerator<number>) => void): void {
        done(
          (async function* () {
            yield 1
          })(),
        )
      },
    }
    const stream = (await (telemetry.span(
      'thenable stream',
      () => thenable,
    ) as unknown)) as AsyncGenerator<number>
    for await (const item of stream) assert.equal(item, 1)
    assert.equal(get('thenable stream').attributes['holdfast.stream.item_count'], 1)
  })
})

test('the current span is the active one', () => {
  assert.equal(telemetry.currentSpan(), undefined)
  telemetry.span('current', (span) => {
    assert.equal(telemetry.currentSpan()?.spanId, span.spanId)
    telemetry.currentSpan()?.setAttributes({ seen: true })
  })
  assert.equal(get('current').attributes['seen'], true)
})

test('after shutdown everything is a harmless no-op, and the work still runs', async () => {
  await telemetry.shutdown()
  await telemetry.shutdown()
  await telemetry.flush()
  const count = telemetry.finishedSpans().length
  assert.equal(
    telemetry.span('late', { inputs: 1 }, (span) => span.setOutputs(1) && 'ran'),
    'ran',
  )
  assert.equal(await telemetry.modelCall({ provider: 'p' }, async () => 'ran'), 'ran')
  assert.equal(telemetry.updateCurrentTrace({ a: 1 }), false)
  assert.equal(telemetry.finishedSpans().length, count)
})
