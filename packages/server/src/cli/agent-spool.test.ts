// Written with the telemetry package itself: what it names its files, and where it has them, is its own to change.
import assert from 'node:assert/strict'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Spool } from '../../../telemetry/src/export/spool.ts'
import { readSettings } from '../../../telemetry/src/settings/read-settings.ts'
import { readAgentSpool, spoolDirectory } from './agent-spool.ts'

test('the spool is where the telemetry package has it', () => {
  const byDefault = join(homedir(), '.local', 'state', 'holdfast', 'spool')
  const places: [env: Record<string, string>, dir: string | undefined][] = [
    [{}, byDefault],
    [{ XDG_STATE_HOME: 'not/absolute' }, byDefault],
    [{ XDG_STATE_HOME: ' /state ' }, '/state/holdfast/spool'],
    [{ TELEMETRY_SPOOL_DIR: ' /spool ', XDG_STATE_HOME: '/state' }, '/spool'],
    [{ TELEMETRY_SPOOL_DIR: 'below/here' }, join(process.cwd(), 'below', 'here')],
    [{ TELEMETRY_SPOOL_DIR: ' ', XDG_STATE_HOME: '/state' }, '/state/holdfast/spool'],
    [{ TELEMETRY_SPOOL_DIR: 'OFF' }, undefined],
  ]
  for (const [env, dir] of places) {
    assert.equal(spoolDirectory(env), dir, JSON.stringify(env))
    assert.equal(readSettings({}, env).settings.otel.spool.rootDir, dir, JSON.stringify(env))
  }
})

test('a spool is told by the names of its files, and what is none of it is left out', async (context) => {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-spool-'))
  context.after(() => rm(dir, { recursive: true }))
  const begunUnixMs = Date.now()
  const toOtlp = openSpool(join(dir, 'otlp-0123456789abcdef'))
  await write(toOtlp, { spanCount: 12, byteCount: 3400, encoding: 'protobuf' })
  await write(toOtlp, { spanCount: 9, byteCount: 900, encoding: 'protobuf' })
  await write(openSpool(join(dir, 'mlflow-0123456789abcdef')), {
    spanCount: 3,
    byteCount: 600,
    encoding: 'json',
  })
  const damaged = (await toOtlp.list()).find((file) => file.spanCount === 9) ?? assert.fail('it was written')
  await truncate(join(toOtlp.dir, damaged.name), 10)
  assert.equal(await toOtlp.read(damaged), undefined, 'it is set aside')
  await writeFile(join(toOtlp.dir, `${damaged.name}.tmp`), 'not finished')
  await writeFile(join(toOtlp.dir, 'lock'), '')
  const { oldestUnixMs, ...spool } = await readAgentSpool(dir)
  assert.deepEqual(spool, { dir, requests: 2, spans: 15, bytes: 4000, damaged: 1 })
  assert.ok(oldestUnixMs !== undefined && oldestUnixMs >= begunUnixMs && oldestUnixMs <= Date.now())
})

test('a spool that is not there is empty', async () => {
  const spool = await readAgentSpool(join(tmpdir(), 'holdfast-no-such-spool'))
  assert.deepEqual([spool.requests, spool.damaged], [0, 0])
})

function openSpool(dir: string): Spool {
  return new Spool({ dir, maxBytes: 1_000_000, destination: 'a test', onTrouble: () => {} })
}

async function write(
  spool: Spool,
  told: { readonly spanCount: number; readonly byteCount: number; readonly encoding: 'protobuf' | 'json' },
): Promise<void> {
  const { spanCount, byteCount, encoding } = told
  const request = { spanCount, encoding, bytes: Buffer.alloc(byteCount, 'x') }
  assert.ok(await spool.write(spool.nameOf(request), request))
}
