import fc from 'fast-check'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffMs } from './backoff.ts'
import { readRetryAfterMs } from './retry-after.ts'

const failures = fc.integer({ min: 1, max: 1_000_000 })
const random = fc.double({ min: 0, max: 1, noNaN: true })

test('a wait is between nothing and a ceiling that doubles with each failure, up to the greatest wait', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.integer({ min: 1, max: 60_000 }),
      failures,
      random,
      (firstMs, maxMs, count, luck) => {
        const waitMs = backoffMs({ firstMs, maxMs }, count, luck)
        assert.ok(waitMs >= 0 && waitMs <= maxMs && waitMs <= firstMs * 2 ** (count - 1))
        const ceilingMs = backoffMs({ firstMs, maxMs }, count, 1)
        assert.ok(backoffMs({ firstMs, maxMs }, count + 1, 1) >= ceilingMs)
        assert.ok(Math.abs(waitMs - ceilingMs * luck) < 1e-6)
      },
    ),
  )
})

test('Retry-After as a date is the distance from the clock of the server, whatever our own says', () => {
  const second = fc.integer({ min: 0, max: 4_000_000_000 })
  fc.assert(
    fc.property(second, fc.integer({ min: 0, max: 100_000 }), second, (serverNow, wait, now) => {
      const date = (seconds: number): string => new Date(seconds * 1000).toUTCString()
      assert.equal(readRetryAfterMs(date(serverNow + wait), date(serverNow), now), wait * 1000)
      assert.equal(readRetryAfterMs(date(now + wait), undefined, now * 1000), wait * 1000)
      assert.equal(readRetryAfterMs(String(wait), date(serverNow), now), wait * 1000)
    }),
  )
})

test('a Retry-After of anything else says nothing, and never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.option(fc.string(), { nil: undefined }), (text, date) => {
      const waitMs = readRetryAfterMs(text, date, 0)
      assert.ok(waitMs === undefined || waitMs >= 0)
    }),
  )
})
