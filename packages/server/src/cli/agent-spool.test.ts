import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readAgentSpool, spoolDirectory } from './agent-spool.ts'

test('the spool is where the telemetry package has it', () => {
  const byDefault = join(homedir(), '.local', 'state', 'holdfast', 'spool')
  assert.equal(spoolDirectory({}), byDefault)
  assert.equal(spoolDirectory({ XDG_STATE_HOME: 'not/absolute' }), byDefault)
  assert.equal(spoolDirectory({ XDG_STATE_HOME: '/state' }), '/state/holdfast/spool')
  assert.equal(spoolDirectory({ TELEMETRY_SPOOL_DIR: ' /spool ' }), '/spool')
  assert.equal(spoolDirectory({ TELEMETRY_SPOOL_DIR: 'OFF' }), undefined)
})

test('a spool is told by the names of its files, and what is none of it is left out', async (context) => {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-spool-'))
  context.after(() => rm(dir, { recursive: true }))
  await mkdir(join(dir, 'otlp'))
  const put = (name: string) => writeFile(join(dir, 'otlp', name), '')
  await put('001790000000000-0123abcd-000001-12-3400-0123456789abcdef.pb')
  await put('001780000000000-0123abcd-000002-3-600-0123456789abcdef.json')
  await put('001780000000000-0123abcd-000003-9-900-0123456789abcdef.pb.damaged')
  await put('001780000000000-0123abcd-000004.tmp')
  await put('lock')
  assert.deepEqual(await readAgentSpool(dir), {
    dir,
    requests: 2,
    spans: 15,
    bytes: 4000,
    damaged: 1,
    oldestUnixMs: 1_780_000_000_000,
  })
})

test('a spool that is not there is empty', async () => {
  const spool = await readAgentSpool(join(tmpdir(), 'holdfast-no-such-spool'))
  assert.deepEqual([spool.requests, spool.damaged], [0, 0])
})
