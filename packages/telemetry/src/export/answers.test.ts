import fc from 'fast-check'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readExportResponse } from './export-response.ts'
import { readRpcStatus } from './rpc-status.ts'
import { encodePartialSuccess, encodeRetryInfo } from './test-server.ts'

const text = fc.string({ maxLength: 60 }).filter((value) => Buffer.byteLength(value) === value.length)

test('rejected spans and the message are read from any partial success', () => {
  fc.assert(
    fc.property(fc.nat(), text, (rejectedSpans, message) => {
      assert.deepEqual(readExportResponse(encodePartialSuccess(rejectedSpans, message), 'protobuf'), {
        rejectedSpans,
        message,
      })
      const json = JSON.stringify({
        partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage: message },
      })
      assert.deepEqual(readExportResponse(Buffer.from(json), 'json'), { rejectedSpans, message })
    }),
  )
})

test('message and delay are read from any status with RetryInfo', () => {
  const seconds = fc.integer({ min: 0, max: 100 })
  fc.assert(
    fc.property(text, seconds, fc.integer({ min: 0, max: 999_999_999 }), (message, whole, nanos) => {
      const read = readRpcStatus(encodeRetryInfo(message, whole, nanos), 'protobuf')
      assert.equal(read.message, message)
      assert.ok(Math.abs((read.retryDelayMs ?? -1) - (whole * 1000 + nanos / 1e6)) < 1e-6)
    }),
  )
})

test('no answer of any server throws: random bytes, cut answers, broken JSON', () => {
  const cut = fc
    .tuple(fc.nat(), fc.nat({ max: 80 }))
    .map(([n, at]) => encodePartialSuccess(n, 'why').subarray(0, at))
  const info = fc.nat({ max: 90 }).map((at) => encodeRetryInfo('why', 3).subarray(0, at))
  const json = fc.json().map((value) => Buffer.from(value))
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 200 }), cut, info, json),
      fc.boolean(),
      (body, isJson) => {
        const encoding = isJson ? 'json' : 'protobuf'
        const { rejectedSpans } = readExportResponse(body, encoding)
        assert.ok(Number.isSafeInteger(rejectedSpans) && rejectedSpans >= 0)
        assert.equal(typeof readRpcStatus(body, encoding).message, 'string')
      },
    ),
  )
})
