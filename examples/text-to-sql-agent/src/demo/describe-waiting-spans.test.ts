import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { describeWaitingSpans } from './describe-waiting-spans.ts'

test('spans that no server took are told with their number and place, and nothing where there are none', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'waiting-spans-'))
  t.after(() => rm(dir, { recursive: true }))
  const spool = join(dir, 'spool')
  assert.deepEqual(await describeWaitingSpans(spool, '/logs'), [])
  for (const server of ['mlflow-1', 'otlp-2']) await mkdir(join(spool, server), { recursive: true })
  for (const name of ['mlflow-1/lock', 'mlflow-1/destination', 'otlp-2/lock'])
    await writeFile(join(spool, name), '')
  assert.deepEqual(await describeWaitingSpans(spool, '/logs'), [])
  await writeFile(join(spool, 'mlflow-1', '1-a.pb'), 'x')
  const said = (await describeWaitingSpans(spool, '/logs')).join('\n')
  assert.match(said, /the next run sends them/)
  assert.ok(said.includes(`1 request in ${join(spool, 'mlflow-1')}`), said)
  assert.ok(!said.includes('otlp-2'), said)
})
