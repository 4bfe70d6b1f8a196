import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { jsonPayload, openTestHttp, send } from './test-receiver.ts'

const preflight = (origin: string) => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type,x-team',
  },
})
const simple = (origin: string) => ({
  headers: { origin, 'content-type': 'application/json' },
  body: jsonPayload,
})

describe('cross-origin requests', () => {
  test('get no permission unless origins are configured', async () => {
    await using door = await openTestHttp()
    const asked = await send(door.port, preflight('https://app.example.com'))
    assert.equal(asked.status, 405)
    assert.equal(asked.headers['access-control-allow-origin'], undefined)
    const sent = await send(door.port, simple('https://app.example.com'))
    assert.equal(sent.status, 200)
    assert.equal(sent.headers['access-control-allow-origin'], undefined)
    assert.equal(sent.headers.vary, undefined)
  })

  test('from a configured origin are permitted, preflight and all', async () => {
    await using door = await openTestHttp({
      corsAllowedOrigins: ['https://*.example.com', 'http://localhost:*'],
    })
    for (const origin of ['https://app.example.com', 'https://a.b.example.com', 'http://localhost:3000']) {
      const asked = await send(door.port, preflight(origin))
      assert.equal(asked.status, 204)
      assert.equal(asked.body.length, 0)
      assert.equal(asked.headers['access-control-allow-origin'], origin)
      assert.equal(asked.headers['access-control-allow-methods'], 'POST')
      assert.equal(asked.headers['access-control-allow-headers'], 'content-type,x-team')
      assert.match(asked.headers.vary!, /^Origin, Access-Control-Request-Method/)

      const sent = await send(door.port, simple(origin))
      assert.equal(sent.status, 200)
      assert.equal(sent.headers['access-control-allow-origin'], origin)
      assert.equal(sent.headers['access-control-expose-headers'], 'Retry-After')
      assert.equal(sent.headers.vary, 'Origin')
    }
  })

  test('may read a refusal too', async () => {
    await using door = await openTestHttp({ corsAllowedOrigins: ['https://app.example.com'] })
    const origin = 'https://app.example.com'
    for (const request of [
      { headers: { origin, 'content-type': 'application/json' }, body: 'x' },
      { headers: { origin, 'content-type': 'text/plain' }, body: 'x' },
      { headers: { origin }, path: '/nowhere', body: 'x' },
      { headers: { origin }, method: 'GET' },
    ]) {
      const refused = await send(door.port, request)
      assert.ok(refused.status >= 400)
      assert.equal(refused.headers['access-control-allow-origin'], origin)
    }
  })

  test('from another origin get no permission', async () => {
    await using door = await openTestHttp({ corsAllowedOrigins: ['https://*.example.com'] })
    for (const origin of [
      'https://example.com.evil.com',
      'http://app.example.com',
      'https://appxexample.com',
      'null',
    ]) {
      const asked = await send(door.port, preflight(origin))
      assert.equal(asked.status, 204)
      assert.equal(asked.headers['access-control-allow-origin'], undefined, origin)
      assert.match(asked.headers.vary!, /Origin/)
    }
  })

  test('a star alone means any origin', async () => {
    await using door = await openTestHttp({ corsAllowedOrigins: ['*'] })
    for (const origin of ['https://anything.test:8080', 'null']) {
      assert.equal((await send(door.port, preflight(origin))).headers['access-control-allow-origin'], origin)
    }
  })
})
