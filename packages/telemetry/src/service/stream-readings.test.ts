// The many ways in which a stream is read besides a loop: its span ends with each of them.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, describe, test } from 'node:test'
import { createTelemetry } from '../index.ts'
import type { FinishedSpan } from './telemetry-span.ts'

const telemetry = createTelemetry({ serviceName: 'readings', backend: 'memory', env: {} })
after(() => telemetry.shutdown())

async function get(name: string): Promise<FinishedSpan> {
  for (let turn = 0; turn < 100; turn += 1) {
    const span = telemetry.finishedSpans().find((finished) => finished.name === name)
    if (span !== undefined) return span
    await new Promise((done) => setImmediate(done))
  }
  return assert.fail(`no span ${name}`)
}

function open(): ReadableStream<string> {
  return new ReadableStream({
    start(controller) {
      for (const item of ['a', 'b']) controller.enqueue(item)
      controller.close()
    },
  })
}

async function read(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const item of items) all.push(item)
  return all
}

describe('a web stream', () => {
  const items = ['a', 'b']
  const readings: Readonly<Record<string, (stream: ReadableStream<string>) => Promise<unknown>>> = {
    'a loop': read,
    'a loop over its values': (stream) => read(stream.values()),
    pipeThrough: (stream) => read(stream.pipeThrough(new TransformStream())),
    pipeTo: async (stream) => {
      const written: unknown[] = []
      await stream.pipeTo(new WritableStream({ write: (item) => void written.push(item) }))
      return written
    },
    'one branch': async (stream) => read(stream.tee()[0]),
    'both branches of tee, one by one': async (stream) => {
      const [left, right] = stream.tee()
      assert.deepEqual(await read(left), items)
      return read(right)
    },
    'both branches of tee, at once': async (stream) => {
      const [left, right] = stream.tee()
      const [one, other] = await Promise.all([read(left), read(right)])
      assert.deepEqual(one, other)
      return one
    },
    'a branch of a branch': async (stream) =>
      read(stream.tee()[1].tee()[1].pipeThrough(new TransformStream())),
    'Node’s stream over it': (stream) => read(Readable.fromWeb(stream as never, { objectMode: true })),
  }
  for (const [how, reading] of Object.entries(readings)) {
    test(`read by ${how}`, async () => {
      const traced = telemetry.span(how, () => telemetry.span(`inner ${how}`, open))
      assert.deepEqual(await reading(traced), items)
      for (const name of [how, `inner ${how}`]) {
        const { attributes, status } = await get(name)
        assert.equal(attributes['holdfast.stream.item_count'], 2, name)
        assert.equal(status.code, 'UNSET')
      }
    })
  }

  test('read as the body of a response', async () => {
    const traced = telemetry.span('response', () => open().pipeThrough(new TextEncoderStream()))
    assert.equal(await new Response(traced).text(), 'ab')
    await get('response')
  })

  test('cancelled, by itself or by what it is piped to', async () => {
    await telemetry.span('cancel', open).cancel()
    const refusing = new WritableStream({ write: () => Promise.reject(new Error('full')) })
    await assert.rejects(telemetry.span('refused', open).pipeTo(refusing), /full/)
    for (const name of ['cancel', 'refused']) {
      assert.equal((await get(name)).attributes['holdfast.stream.abandoned'], true)
    }
  })

  test('that fails in a pipe fails its span, with the same error', async () => {
    const mistake = new RangeError('broken')
    const failing = () => new ReadableStream({ pull: (controller) => controller.error(mistake) })
    const piped = telemetry.span('fails', failing).pipeTo(new WritableStream())
    await assert.rejects(piped, (error) => error === mistake)
    assert.equal((await get('fails')).attributes['error.type'], 'RangeError')
  })

  test('is not read ahead by a pipe', async () => {
    let pulled = 0
    const endless = () =>
      new ReadableStream({ pull: (controller) => controller.enqueue((pulled += 1)) }, { highWaterMark: 0 })
    const slow = new WritableStream({ write: () => new Promise(() => undefined) })
    void telemetry.span('slow', endless).pipeTo(slow)
    for (let turn = 0; turn < 10; turn += 1) await new Promise((done) => setImmediate(done))
    assert.ok(pulled <= 2, `${pulled} items`)
  })

  test('that is locked, or piped with preventCancel, is as it would be', async () => {
    const locked = telemetry.span('locked', open)
    locked.getReader()
    await assert.rejects(locked.pipeTo(new WritableStream()), TypeError)
    const kept = telemetry.span('kept', open)
    const refusing = new WritableStream({ write: () => Promise.reject(new Error('full')) })
    await assert.rejects(kept.pipeTo(refusing, { preventCancel: true }), /full/)
    assert.equal(kept.locked, false)
    assert.deepEqual(await read(kept), ['b'])
    assert.ok(!(telemetry.stats().lastFailure ?? '').includes('stream'))
  })
})

test('an iterator that reads by way of a reader has each item once, also within two spans', async () => {
  const openIterable = () => {
    const stream = open()
    return Object.assign(stream, {
      [Symbol.asyncIterator]() {
        const reader = stream.getReader()
        return {
          next: async () => {
            const step = await reader.read()
            if (step.done) await reader.cancel()
            return step
          },
        }
      },
    })
  }
  const traced = telemetry.span('outer reader', () => telemetry.span('inner reader', openIterable))
  assert.deepEqual(await read(traced), ['a', 'b'])
  for (const name of ['outer reader', 'inner reader']) {
    assert.deepEqual((await get(name)).attributes, { 'holdfast.stream.item_count': 2 }, name)
  }
})

test('a reader that goes on where another left has the rest', async () => {
  const traced = telemetry.span('peeked', open)
  const peeking = traced.getReader()
  assert.deepEqual(await peeking.read(), { done: false, value: 'a' })
  peeking.releaseLock()
  assert.deepEqual(await read(traced), ['b'])
  assert.equal((await get('peeked')).attributes['holdfast.stream.item_count'], 2)
})

describe('the streams of model clients', () => {
  // As OpenAI's and Anthropic's clients have them.
  class ClientStream implements AsyncIterable<number> {
    readonly iterator: () => AsyncIterator<number>
    constructor(iterator: () => AsyncIterator<number>) {
      this.iterator = iterator
    }
    [Symbol.asyncIterator](): AsyncIterator<number> {
      return this.iterator()
    }
    tee(): [ClientStream, ClientStream] {
      const queues: Promise<IteratorResult<number>>[][] = [[], []]
      const iterator = this.iterator()
      const branch = (queue: Promise<IteratorResult<number>>[]): ClientStream =>
        new ClientStream(() => ({
          next: () => {
            if (queue.length === 0) {
              const result = iterator.next()
              for (const each of queues) each.push(result)
            }
            return queue.shift() ?? assert.fail()
          },
        }))
      return [branch(queues[0] ?? []), branch(queues[1] ?? [])]
    }
  }
  class ClientPromise extends Promise<ClientStream> {
    readonly answer: Promise<ClientStream>
    #parsed: Promise<ClientStream> | undefined
    static override get [Symbol.species]() {
      return Promise
    }
    constructor(answer: Promise<ClientStream>) {
      super((resolve) => resolve(null as never))
      this.answer = answer
    }
    parse(): Promise<ClientStream> {
      return (this.#parsed ??= this.answer.then((stream) => stream))
    }
    async withResponse(): Promise<{ data: ClientStream; response: string }> {
      return { data: await this.parse(), response: 'raw' }
    }
    override then<A = ClientStream, B = never>(
      onValue?: ((value: ClientStream) => A | PromiseLike<A>) | null,
      onError?: ((error: unknown) => B | PromiseLike<B>) | null,
    ): Promise<A | B> {
      return this.parse().then(onValue, onError)
    }
  }
  const stream = (): ClientStream =>
    new ClientStream(async function* () {
      yield 1
      yield 2
    })
  const create = (): ClientPromise => new ClientPromise(Promise.resolve(stream()))
  const call = <T>(model: string, work: () => T): T =>
    telemetry.modelCall({ provider: 'openai', model }, work)
  const assertRead = async (model: string, items: unknown): Promise<void> => {
    assert.deepEqual(items, [1, 2])
    assert.equal((await get(`chat ${model}`)).attributes['holdfast.stream.item_count'], 2)
  }

  test('read by a loop', async () => assertRead('loop', await read(await call('loop', create))))

  test('read by their branches', async () => {
    const [left, right] = (await call('tee', create)).tee()
    await assertRead('tee', await read(left))
    assert.deepEqual(await read(right), [1, 2])
  })

  test('got with their response, outside or inside the work', async () => {
    const outside = await call('outside', create).withResponse()
    await assertRead('outside', await read(outside.data))
    const inside = await call('inside', () => create().withResponse())
    assert.equal(inside.response, 'raw')
    await assertRead('inside', await read(inside.data))
  })

  test('whose call fails, which is asked for with its response', async () => {
    const mistake = new RangeError('no')
    const failing = call('failing', () => new ClientPromise(Promise.reject(mistake))).withResponse()
    await assert.rejects(failing, (error) => error === mistake)
    assert.equal((await get('chat failing')).attributes['error.type'], 'RangeError')
  })
})
