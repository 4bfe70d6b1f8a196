// Nobody beyond this machine gets in by accident.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holdfastEnvironment, runHoldfast, startHoldfast } from './stage/holdfast-process.ts'
import { makeTemporaryDirectory } from './stage/temporary-directory.ts'

test('an address that others can reach needs HOLDFAST_ALLOW_UNAUTHENTICATED', async (t) => {
  const dataDir = await makeTemporaryDirectory(t)
  const refused = await runHoldfast(t, ['start'], {
    ...holdfastEnvironment({ dataDir }),
    HOLDFAST_HOST: '0.0.0.0',
  })
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /HOLDFAST_ALLOW_UNAUTHENTICATED=true/)

  const allowed = await startHoldfast(
    t,
    { dataDir },
    { HOLDFAST_HOST: '0.0.0.0', HOLDFAST_ALLOW_UNAUTHENTICATED: 'true' },
  )
  assert.equal(new URL(allowed.queryUrl).hostname, '0.0.0.0')
  assert.deepEqual(await allowed.stop(), { code: 0, signal: null })
})

test('every mistake in the settings is told at once', async (t) => {
  const refused = await runHoldfast(t, ['start'], { HOLDFAST_PORT: 'http', HOLDFAST_PROT: '1' })
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /HOLDFAST_PORT is "http"/)
  assert.match(refused.stderr, /HOLDFAST_PROT is not a setting/)
})
