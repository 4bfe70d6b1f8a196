import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createTelemetry } from '../index.ts'
import type { FinishedSpan } from './telemetry-span.ts'

const telemetry = createTelemetry({ serviceName: 'streams', backend: 'memory', env: {} })
after(() => telemetry.shutdown())

function find(name: string): FinishedSpan | undefined {
  return telemetry.finishedSpans().find((span) => span.name === name)
}

function get(name: string): FinishedSpan {
  return find(name) ?? assert.fail(`no span ${name}`)
}

async function* count(to: number): AsyncGenerator<number, string> {
  for (let number = 1; number <= to; number += 1) {
    telemetry.span(`inside ${to}`, () => 0)
    yield number
  }
  return 'done'
}

async function read<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

test('the span of an async generator ends with it, and spans inside it are its children', async () => {
  const source = count(3)
  const traced = telemetry.span('generator', () => source)
  assert.equal(traced, source)
  assert.equal(find('generator'), undefined)
  assert.deepEqual(await read(traced), [1, 2, 3])
  const span = get('generator')
  assert.equal(span.attributes['holdfast.stream.item_count'], 3)
  assert.deepEqual(
    span.events.map(({ name }) => name),
    ['holdfast.stream.first_item'],
  )
  assert.equal(get('inside 3').parentSpanId, span.spanId)
  assert.equal(span.status.code, 'UNSET')
})

test('a stream inside a promise is traced like one that is given at once', async () => {
  const traced = await telemetry.span('promised', async () => count(2))
  assert.equal(find('promised'), undefined)
  assert.deepEqual(await read(traced), [1, 2])
  assert.equal(get('promised').attributes['holdfast.stream.item_count'], 2)
})

test('a reader that stops early ends the span, marked', async () => {
  for await (const item of telemetry.span('early', () => count(10))) if (item === 2) break
  assert.equal(get('early').attributes['holdfast.stream.abandoned'], true)
  assert.equal(get('early').status.code, 'UNSET')
})

test('return before the first item ends the span', async () => {
  const traced = telemetry.span('never begun', () => count(4))
  assert.deepEqual(await traced.return('enough'), { done: true, value: 'enough' })
  assert.equal(get('never begun').attributes['holdfast.stream.abandoned'], true)
})

test('what a stream throws marks its span and goes on to the reader, the same object', async () => {
  const mistake = new RangeError('broken')
  const traced = telemetry.span('throws', async function* () {
    yield 1
    throw mistake
  })
  await assert.rejects(read(traced), (error) => error === mistake)
  const span = get('throws')
  assert.equal(span.status.code, 'ERROR')
  assert.equal(span.attributes['error.type'], 'RangeError')
})

test('throw() into a generator is the generator’s to answer', async () => {
  const traced = telemetry.span('thrown into', async function* () {
    try {
      yield 1
    } catch {
      yield 2
    }
  })
  await traced.next()
  assert.deepEqual(await traced.throw(new Error('x')), { done: false, value: 2 })
  assert.deepEqual(await traced.next(), { done: true, value: undefined })
  assert.equal(get('thrown into').status.code, 'UNSET')
})

test('a sync generator is traced too, an array is a plain value', () => {
  const numbers = telemetry.span('sync', function* () {
    yield 1
    yield 2
  })
  assert.deepEqual([...numbers], [1, 2])
  assert.equal(get('sync').attributes['holdfast.stream.item_count'], 2)
  assert.deepEqual(
    telemetry.span('array', () => [1]),
    [1],
  )
  assert.ok(find('array'))
})

test('an iterable that hands out iterators keeps its identity, its other methods, and a second reading', async () => {
  class Stream {
    #secret = 5
    reveal(): number {
      return this.#secret
    }
    [Symbol.asyncIterator](): AsyncIterator<number> {
      let left = 2
      return {
        next: async () => (left-- > 0 ? { done: false, value: left } : { done: true, value: undefined }),
      }
    }
  }
  const stream = new Stream()
  const traced = telemetry.span('iterable', () => stream)
  assert.equal(traced, stream)
  assert.equal(traced.reveal(), 5)
  assert.deepEqual(await read(traced), [1, 0])
  assert.equal(get('iterable').attributes['holdfast.stream.item_count'], 2)
  assert.deepEqual(await read(traced), [1, 0])
})

test('an iterator without return is noticed when its loop ends early', async () => {
  const traced = telemetry.span('no return', () => ({
    [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: 1 }) }),
  }))
  for await (const item of traced) if (item) break
  assert.equal(get('no return').attributes['holdfast.stream.abandoned'], true)
})

test('a Node stream that is piped and not iterated ends its span', async () => {
  const traced = telemetry.span('readable', () => Readable.from(['a', 'b']))
  const parts: unknown[] = []
  traced.on('data', (part) => parts.push(part))
  await new Promise((done) => traced.on('close', done))
  assert.deepEqual(parts, ['a', 'b'])
  assert.ok(find('readable'))
})

test('a web stream that is read through a reader ends its span, also when it is cancelled', async () => {
  const open = (): ReadableStream<number> =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(1)
        controller.close()
      },
    })
  const reader = telemetry.span('reader', open).getReader()
  assert.deepEqual(await reader.read(), { done: false, value: 1 })
  assert.deepEqual(await reader.read(), { done: true, value: undefined })
  assert.equal(get('reader').attributes['holdfast.stream.item_count'], 1)
  const cancelled = telemetry.span('cancelled', open).getReader()
  await cancelled.cancel()
  while (find('cancelled') === undefined) await new Promise((done) => setImmediate(done))
  assert.equal(get('cancelled').attributes['holdfast.stream.item_count'], undefined)
  const released = telemetry.span('released', open)
  released.getReader().releaseLock()
  assert.deepEqual(await read(released), [1])
  assert.equal(get('released').status.code, 'UNSET')
})

test('a stream that nobody reads ends its span when it is collected', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  telemetry.span('forgotten', () => count(1))
  while (find('forgotten') === undefined) {
    collect()
    await new Promise((done) => setImmediate(done))
  }
  assert.equal(get('forgotten').attributes['holdfast.stream.abandoned'], true)
})

test('an iterator is kept watched when only its iterable is forgotten', async () => {
  const collect = runInNewContext('gc') as () => void
  const begin = (): AsyncIterator<number> =>
    telemetry.span('kept', () => ({ [Symbol.asyncIterator]: () => count(2) }))[Symbol.asyncIterator]()
  const iterator = begin()
  for (let turn = 0; turn < 5; turn += 1) {
    collect()
    await new Promise((done) => setImmediate(done))
  }
  assert.equal(find('kept'), undefined)
  while (!(await iterator.next()).done);
  assert.equal(get('kept').attributes['holdfast.stream.item_count'], 2)
})

test('a frozen stream cannot be watched: its span ends at once, and it works', async () => {
  const failures = telemetry.stats().containedFailures
  const frozen = Object.freeze({ [Symbol.asyncIterator]: () => count(2) })
  const traced = telemetry.span('frozen', () => frozen)
  assert.equal(traced, frozen)
  assert.deepEqual(await read(traced), [1, 2])
  assert.ok(find('frozen'))
  assert.equal(telemetry.stats().containedFailures, failures + 1)
})

test('a model call’s stream has its time to first chunk, and what its chunks say of usage', async () => {
  const traced = telemetry.modelCall({ provider: 'anthropic', model: 'm' }, async function* () {
    const message = {
      id: 'msg_1',
      model: 'm-1',
      usage: { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 1 },
    }
    yield { type: 'message_start', message }
    yield { type: 'content_block_delta', delta: { type: 'text_delta', text: 'hi' } }
    yield { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } }
  })
  await read(traced)
  const { attributes } = get('chat m')
  assert.ok(Number(attributes['gen_ai.response.time_to_first_chunk']) >= 0)
  assert.equal(attributes['gen_ai.request.stream'], true)
  assert.equal(attributes['gen_ai.response.id'], 'msg_1')
  assert.equal(attributes['gen_ai.response.model'], 'm-1')
  assert.deepEqual(attributes['gen_ai.response.finish_reasons'], ['end_turn'])
  assert.equal(attributes['gen_ai.usage.input_tokens'], 15)
  assert.equal(attributes['gen_ai.usage.cache_read.input_tokens'], 5)
  assert.equal(attributes['gen_ai.usage.output_tokens'], 7)
})

test('streams that are open when the service ends are ended with it', async () => {
  const traced = telemetry.span('left open', () => count(5))
  await traced.next()
  await telemetry.shutdown()
  assert.equal(get('left open').attributes['holdfast.stream.abandoned'], true)
  assert.deepEqual(await traced.next(), { done: false, value: 2 })
})
