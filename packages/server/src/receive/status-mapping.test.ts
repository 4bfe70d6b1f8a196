import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RejectionCode } from './rejection.ts'
import { httpStatusOf, retryAfterSecondsOf, rpcStatusOf } from './status-mapping.ts'

/** [HTTP, gRPC], as the specification has them. */
const expected: Record<RejectionCode, [number, number]> = {
  malformed: [400, 3],
  corrupt_compression: [400, 3],
  unsupported_compression: [400, 12],
  invalid_framing: [400, 13],
  too_large: [413, 8],
  unsupported_media_type: [415, 3],
  method_not_allowed: [405, 12],
  unknown_path: [404, 12],
  signal_not_served: [404, 12],
  head_too_large: [431, 8],
  too_slow: [503, 4],
  backlog: [429, 8],
  busy: [503, 14],
  stopping: [503, 14],
  unavailable: [503, 14],
  internal: [503, 14],
}
const codes = Object.keys(expected) as RejectionCode[]

describe('the mapping of rejections', () => {
  for (const code of codes) {
    test(`${code} is HTTP ${expected[code][0]} and gRPC ${expected[code][1]}`, () => {
      assert.equal(httpStatusOf({ code, message: '' }), expected[code][0])
      assert.equal(rpcStatusOf({ code, message: '' }).code, expected[code][1])
    })
  }

  test('says when to come back exactly where OTLP lets a client come back', () => {
    for (const code of codes) {
      const rejection = { code, message: 'x', retryAfterMs: 1500 }
      const isRetryable = [429, 503].includes(httpStatusOf(rejection))
      assert.equal(retryAfterSecondsOf(rejection), isRetryable ? 2 : undefined, code)
      assert.equal(rpcStatusOf(rejection).retryDelayMs, isRetryable ? 1500 : undefined, code)
    }
  })

  test('never answers with a status that makes a client drop what it could send again', () => {
    for (const code of codes) assert.notEqual(httpStatusOf({ code, message: '' }), 500)
  })

  test('rounds Retry-After up to whole seconds, at least one', () => {
    for (const [retryAfterMs, seconds] of [
      [0, 1],
      [1, 1],
      [1000, 1],
      [1001, 2],
      [59_999.5, 60],
    ] as const) {
      assert.equal(retryAfterSecondsOf({ code: 'backlog', message: '', retryAfterMs }), seconds)
    }
    assert.equal(retryAfterSecondsOf({ code: 'backlog', message: '' }), 1)
  })

  test('names the field of bad data', () => {
    assert.deepEqual(rpcStatusOf({ code: 'malformed', message: 'byte 3' }).badField, {
      field: 'body',
      description: 'byte 3',
    })
    assert.equal(rpcStatusOf({ code: 'too_large', message: '' }).badField, undefined)
  })
})
