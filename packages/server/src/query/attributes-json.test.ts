import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { attributesToJson, valueToJson } from './attributes-json.ts'

describe('attributes in JSON', () => {
  test('integers stay numbers as far as a double holds them, and are digits beyond', () => {
    assert.equal(valueToJson(2n ** 53n - 1n), Number.MAX_SAFE_INTEGER)
    assert.equal(valueToJson(-(2n ** 53n) + 1n), Number.MIN_SAFE_INTEGER)
    assert.equal(valueToJson(2n ** 53n), '9007199254740992')
    assert.equal(valueToJson(-(2n ** 53n)), '-9007199254740992')
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        assert.equal(BigInt(valueToJson(value) as string | number), value)
      }),
    )
  })

  test('doubles that JSON lacks are named', () => {
    assert.deepEqual([NaN, Infinity, -Infinity, 1.5].map(valueToJson), ['NaN', 'Infinity', '-Infinity', 1.5])
  })

  test('bytes are base64, lists are arrays, kvlists are objects, an empty value is null', () => {
    const value = {
      entries: [
        { key: 'bytes', value: new Uint8Array([0, 255, 1]).subarray(1) },
        { key: 'list', value: ['a', true, null, [1n]] },
        { key: 'empty', value: { entries: [] } },
      ],
    }
    assert.equal(JSON.stringify(valueToJson(value)), '{"bytes":"/wE=","list":["a",true,null,[1]],"empty":{}}')
  })

  test('of a repeated key the last value stands', () => {
    const object = attributesToJson([
      { key: 'a', value: 'first' },
      { key: 'a', value: 'last' },
    ])
    assert.equal(JSON.stringify(object), '{"a":"last"}')
  })

  test('__proto__, constructor and toString are keys like any other', () => {
    const keys = ['__proto__', 'constructor', 'toString', '']
    const object = attributesToJson(
      keys.map((key) => ({ key, value: { entries: [{ key: '__proto__', value: 'x' }] } })),
    )
    assert.deepEqual(Object.keys(object), keys)
    assert.equal(
      JSON.stringify(object),
      '{"__proto__":{"__proto__":"x"},"constructor":{"__proto__":"x"},"toString":{"__proto__":"x"},"":{"__proto__":"x"}}',
    )
    assert.equal(({} as Record<string, unknown>)['x'], undefined)
  })
})
