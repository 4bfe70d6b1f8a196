// Nobody beyond this machine gets in by accident.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
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

test('a port that cannot be opened is told with its setting, whichever door it is of', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const dataDir = await makeTemporaryDirectory(t)
  for (const setting of ['HOLDFAST_PORT', 'HOLDFAST_OTLP_HTTP_PORT']) {
    const refused = await runHoldfast(t, ['start'], {
      ...holdfastEnvironment({ dataDir }),
      [setting]: String(port),
    })
    assert.equal(refused.code, 1)
    assert.match(
      refused.stderr,
      new RegExp(`holdfast: cannot open the .* port ${port} on 127.0.0.1: .*set ${setting} to a free port`),
    )
  }
  taken.close()
})
