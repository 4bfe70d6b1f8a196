import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { encodeExportResponse } from './export-response.ts'
import { encodeRpcStatus } from './rpc-status.ts'
import { concat, field, fromHex, varint, varintField } from './test-wire.ts'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const maxBytes = 4 * 1024 * 1024

describe('an export response', () => {
  test('of full success is no bytes, or {}', () => {
    assert.equal(encodeExportResponse('protobuf', 0, '').length, 0)
    assert.equal(text(encodeExportResponse('json', 0, '')), '{}')
  })

  test('of partial success tells the number and the reason', () => {
    const expected = field(1, [varintField(1, 300), field(2, 'why – because')])
    assert.deepEqual(encodeExportResponse('protobuf', 300, 'why – because'), expected)
    const json = text(encodeExportResponse('json', 300, 'why'))
    assert.equal(json, '{"partialSuccess":{"rejectedSpans":"300","errorMessage":"why"}}')
  })

  test('with a message and nothing rejected is a warning', () => {
    assert.deepEqual(encodeExportResponse('protobuf', 0, 'careful'), field(1, field(2, 'careful')))
    assert.equal(
      text(encodeExportResponse('json', 0, 'careful')),
      '{"partialSuccess":{"rejectedSpans":"0","errorMessage":"careful"}}',
    )
  })

  test('stays within 4 MiB by shrinking its message, whatever the characters', () => {
    for (const character of ['x', 'ü', '😀', '\u0001', '\ud800']) {
      for (const encoding of ['protobuf', 'json'] as const) {
        const response = encodeExportResponse(encoding, 7, character.repeat(maxBytes))
        assert.ok(
          response.length <= maxBytes,
          `${encoding} of ${JSON.stringify(character)}: ${response.length}`,
        )
        assert.ok(response.length > maxBytes * 0.9)
        if (encoding === 'json') JSON.parse(text(response))
      }
    }
  })
})

describe('a google.rpc.Status', () => {
  test('has code and message', () => {
    assert.deepEqual(
      encodeRpcStatus('protobuf', { code: 3, message: 'bad' }),
      concat(varintField(1, 3), field(2, 'bad')),
    )
    assert.equal(text(encodeRpcStatus('json', { code: 3, message: 'bad' })), '{"code":3,"message":"bad"}')
  })

  test('tells when to retry', () => {
    const status = { code: 14, message: '', retryDelayMs: 1250 }
    const retryInfo = field(1, concat(varintField(1, 1), fromHex('10'), varint(250_000_000)))
    const any = field(3, [field(1, 'type.googleapis.com/google.rpc.RetryInfo'), field(2, retryInfo)])
    assert.deepEqual(encodeRpcStatus('protobuf', status), concat(varintField(1, 14), any))
    assert.deepEqual(JSON.parse(text(encodeRpcStatus('json', status))), {
      code: 14,
      message: '',
      details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.250s' }],
    })
    assert.match(text(encodeRpcStatus('json', { ...status, retryDelayMs: 30_000 })), /"retryDelay":"30s"/)
  })

  test('names a bad field', () => {
    const status = { code: 3, message: 'm', badField: { field: 'f', description: 'd'.repeat(200) } }
    const violation = field(1, [field(1, 'f'), field(2, 'd'.repeat(200))])
    const any = field(3, [field(1, 'type.googleapis.com/google.rpc.BadRequest'), field(2, violation)])
    assert.deepEqual(encodeRpcStatus('protobuf', status), concat(varintField(1, 3), field(2, 'm'), any))
    assert.deepEqual((JSON.parse(text(encodeRpcStatus('json', status))) as { details: unknown }).details, [
      { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [status.badField] },
    ])
  })

  test('stays within 4 MiB', () => {
    assert.ok(
      encodeRpcStatus('json', { code: 3, message: '"'.repeat(maxBytes), retryDelayMs: 1 }).length <= maxBytes,
    )
  })
})
