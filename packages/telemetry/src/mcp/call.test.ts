import assert from 'node:assert/strict'
import { after, afterEach, test } from 'node:test'
import { SpanStatusCode } from '@opentelemetry/api'
import { errorTypeOf, makeCall, type Call } from './call.ts'
import { registerTestSpans } from './test-spans.ts'

const spans = registerTestSpans()
after(spans.unregister)
afterEach(spans.clear)

const callOf = (method: string, describesErrors = true): Call =>
  makeCall(spans.tracer.startSpan('call'), method, { isBorrowed: false, contentMaxChars: 0, describesErrors })

test('a JSON-RPC error is its code, whatever a peer made of it', () => {
  const errors: [unknown, string][] = [
    [{ code: -32000, message: 'no' }, '-32000'],
    [{ code: 'E', message: 1 }, 'E'],
    [{ code: { a: 1 } }, '_OTHER'],
    [{}, '_OTHER'],
  ]
  for (const [error, type] of errors) {
    callOf('ping').respond({ error })
    const span = spans.one('call')
    assert.equal(span.attributes['error.type'], type)
    assert.equal(span.status.code, SpanStatusCode.ERROR)
    spans.clear()
  }
})

test('a message of any length is cut in the description', () => {
  callOf('ping').respond({ error: { code: 1, message: 'x'.repeat(100_000) } })
  assert.equal(spans.one('call').status.message?.length, 512)
})

test('a message is left out where no content is recorded', () => {
  callOf('ping', false).respond({ error: { code: 1, message: 'secret' } })
  const { status, attributes } = spans.one('call')
  assert.deepEqual([status, attributes['error.type']], [{ code: SpanStatusCode.ERROR }, '1'])
})

test('only a tool can say that it failed in its result', () => {
  callOf('resources/read').respond({ result: { isError: true } })
  assert.equal(spans.one('call').attributes['error.type'], undefined)
})

test('a span ends once, with what came first', () => {
  const call = callOf('ping')
  call.respond({ result: {} })
  call.fail('late')
  call.end()
  assert.equal(spans.one('call').status.code, SpanStatusCode.UNSET)
})

test('errors go by their class', () => {
  class McpError extends Error {}
  assert.equal(errorTypeOf(new McpError('x')), 'McpError')
  assert.equal(errorTypeOf(new TypeError('x')), 'TypeError')
  assert.equal(errorTypeOf(new Error('x')), 'Error')
  assert.equal(errorTypeOf('x'), '_OTHER')
})
