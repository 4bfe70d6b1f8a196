import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { serialiseValue } from './serialise-value.ts'

const maxChars = 65_536

function read(
  value: unknown,
  chars = maxChars,
): { parsed: ReturnType<typeof JSON.parse>; text: string; truncated: boolean } {
  const { text, truncated, mimeType } = serialiseValue(value, chars)
  return { parsed: mimeType === 'application/json' ? JSON.parse(text) : text, text, truncated }
}

test('a string stays as it is, and JSON values stay JSON', () => {
  assert.deepEqual(serialiseValue('hello', maxChars), {
    text: 'hello',
    mimeType: 'text/plain',
    truncated: false,
  })
  const value = { a: [1, 'two', true, null], b: { c: 0.5 } }
  assert.deepEqual(read(value), { parsed: value, text: JSON.stringify(value), truncated: false })
  assert.equal(read(undefined).text, 'null')
})

test('any value of JSON comes back from its text', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const { text, mimeType, truncated } = serialiseValue(value, maxChars)
      assert.equal(truncated, false)
      if (mimeType === 'application/json') assert.equal(text, JSON.stringify(value))
      else assert.equal(text, value)
    }),
  )
})

test('whatever the value, the text is bounded, readable and whole', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
    withObjectString: true,
    withNullPrototype: true,
    withBoxedValues: true,
    withUnicodeString: true,
  })
  fc.assert(
    fc.property(anything, fc.integer({ min: 64, max: 2000 }), (value, chars) => {
      const { text, mimeType } = serialiseValue(value, chars)
      assert.ok(text.length < chars * 7 + 3000, `${text.length} characters for a bound of ${chars}`)
      if (mimeType === 'application/json') JSON.parse(text)
    }),
  )
})

test('cycles are marked, and the same object twice is not a cycle', () => {
  const cycle: Record<string, unknown> = { name: 'a' }
  cycle['self'] = cycle
  assert.deepEqual(read(cycle).parsed, { name: 'a', self: '[holdfast: a cycle]' })
  assert.equal(read(cycle).truncated, true)
  const twice = { x: 1 }
  assert.deepEqual(read([twice, twice]).parsed, [{ x: 1 }, { x: 1 }])
})

test('what JSON has no form for is written in words', () => {
  const { parsed, truncated } = read({
    big: 123n,
    map: new Map<unknown, unknown>([['k', { v: 1 }]]),
    set: new Set([1, 2]),
    date: new Date(0),
    bad: new Date(Number.NaN),
    fn: () => 1,
    symbol: Symbol('s'),
    nan: Number.NaN,
    regexp: /x/g,
    url: new URL('http://a/b'),
    error: new TypeError('no', { cause: new Error('deep') }),
    promise: Promise.resolve(1),
    nothing: undefined,
  })
  assert.deepEqual(parsed, {
    big: '123n',
    map: { '[Map]': [['k', { v: 1 }]] },
    set: { '[Set]': [1, 2] },
    date: '1970-01-01T00:00:00.000Z',
    bad: '[Invalid Date]',
    fn: '[Function]',
    symbol: '[Symbol(s)]',
    nan: 'NaN',
    regexp: '/x/g',
    url: 'http://a/b',
    error: { name: 'TypeError', message: 'no', cause: { name: 'Error', message: 'deep' } },
    promise: '[Promise]',
  })
  assert.equal(truncated, false)
})

test('binary data is not written, only how much it is', () => {
  assert.deepEqual(read({ image: Buffer.alloc(5_000_000), f: new Float32Array(2) }).parsed, {
    image: '[holdfast: Uint8Array of 5000000 bytes left out]',
    f: '[holdfast: Float32Array of 8 bytes left out]',
  })
  assert.equal(read(new ArrayBuffer(8)).truncated, true)
})

test('a getter, a proxy or a toJSON that throws costs its own field only', () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const value = {
    before: 1,
    get bad(): never {
      throw new Error('secret')
    },
    revoked: proxy,
    json: {
      toJSON: () => {
        throw new Error('secret')
      },
    },
    hostile: new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('secret')
        },
      },
    ),
    after: 2,
  }
  const mark = '[holdfast: unreadable]'
  const { parsed, text, truncated } = read(value)
  assert.deepEqual(parsed, { before: 1, bad: mark, revoked: mark, json: mark, hostile: mark, after: 2 })
  assert.ok(!text.includes('secret'))
  assert.ok(truncated)
})

test('depth, entries and lengths are bounded, and each bound leaves its mark', () => {
  let deep: unknown = 'bottom'
  for (let level = 0; level < 100_000; level += 1) deep = [deep]
  assert.match(read(deep).text, /deeper than 12 levels/)
  const many = read(Array.from({ length: 5000 }, (_, index) => index))
  assert.equal(many.parsed.length, 1001)
  assert.equal(many.parsed.at(-1), '[holdfast: 4000 of 5000 items left out]')
  const keys = read(Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`k${index}`, index])))
  assert.equal(keys.parsed['…'], '[holdfast: further keys left out]')
  const long = read('x'.repeat(100), 64)
  assert.equal(long.text, `${'x'.repeat(64)}[holdfast: 36 of 100 characters left out]`)
  assert.ok(long.truncated)
})

test('a pair of surrogates is not cut in two', () => {
  assert.ok(read(`${'x'.repeat(63)}😀😀`, 64).text.isWellFormed())
})

test('toJSON that returns itself, or something new for ever, comes to an end', () => {
  const self = {
    a: 1,
    toJSON(): unknown {
      return this
    },
  }
  assert.deepEqual(read(self).parsed, { a: 1, toJSON: '[Function]' })
  const endless = { toJSON: (): unknown => ({ ...endless }) }
  assert.match(read(endless).text, /holdfast: /)
})

test('a key __proto__ is a key like any other', () => {
  const { text } = read(JSON.parse('{"__proto__": {"polluted": 1}}'))
  assert.equal(text, '{"__proto__":{"polluted":1}}')
})

test('a huge value is not walked through: only so many of its items are looked at', () => {
  let reads = 0
  const huge = new Proxy(new Array<number>(100_000_000), {
    get(target, key, receiver) {
      reads += 1
      return Reflect.get(target, key, receiver) as unknown
    },
  })
  assert.match(read({ huge }).text, /of 100000000 items left out/)
  assert.ok(reads < 10_000, `${reads} reads`)
  let getters = 0
  const wide = (): object =>
    Object.defineProperties(
      {},
      Object.fromEntries(
        Array.from({ length: 30 }, (_, index) => [
          `k${index}`,
          { enumerable: true, get: () => ((getters += 1), wide()) },
        ]),
      ),
    )
  read(wide())
  assert.ok(getters < 50_000, `${getters} getters`)
})
