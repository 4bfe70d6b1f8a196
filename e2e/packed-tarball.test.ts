// What people install: the packed package, in an empty folder, without this repository around it.
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { runChild, startChild } from './stage/child-process.ts'
import { encodePayload, newSpanId, newTraceId } from './stage/encode-payload.ts'
import { holdfastEnvironment, stopPostgresAtEnd, waitForReady } from './stage/holdfast-process.ts'
import { postPayload } from './stage/otlp-client.ts'
import { packPackage } from './stage/pack-package.ts'
import { listSpans } from './stage/query-client.ts'
import { npmEnvironment, runNpm } from './stage/run-npm.ts'
import { makeTemporaryDirectory } from './stage/temporary-directory.ts'
import { waitUntil } from './stage/wait-until.ts'

test('the packed package, installed in an empty folder, starts with npx and keeps what it is sent', async (t) => {
  const dir = await makeTemporaryDirectory(t)
  const tarball = await packPackage(t, 'holdfast', dir)
  const paths = [...tarball.files.keys()]
  for (const needed of [
    'dist/cli/main.js',
    'dist/persist-thread.js',
    'migrations/0001_spine.sql',
    'LICENSE',
  ]) {
    assert.ok(paths.includes(needed), `the package holds ${needed}`)
  }
  assert.deepEqual(
    paths.filter((path) => /\.test\.|\.ts$|^src/.test(path)),
    [],
    'it holds no tests and no source',
  )

  const folder = join(dir, 'empty folder')
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n')
  const installed = await runNpm(t, folder, ['install', '--ignore-scripts', tarball.path])
  assert.equal(installed.code, 0, installed.stderr)

  const dataDir = join(dir, 'data')
  const npx = startChild(t, {
    title: 'npx holdfast start',
    command: 'npx',
    args: ['holdfast', 'start', '--json'],
    cwd: folder,
    env: { ...npmEnvironment, ...holdfastEnvironment({ dataDir }) },
  })
  stopPostgresAtEnd(t, dataDir)
  const { queryUrl, otlpHttpUrl } = await waitForReady(npx)
  const traceId = newTraceId()
  const payload = encodePayload('e2e', [{ traceId, spanId: newSpanId(), name: 'from the package' }])
  assert.equal((await postPayload(otlpHttpUrl, payload)).status, 200)
  await waitUntil(async () => (await listSpans(queryUrl, traceId)).length === 1)

  const shown = await runChild(t, {
    title: 'npx holdfast trace',
    command: 'npx',
    args: ['holdfast', 'trace', traceId, '--url', queryUrl],
    cwd: folder,
    env: npmEnvironment,
  })
  assert.equal(shown.code, 0, shown.stderr)
  assert.match(shown.stdout, /from the package/)

  npx.killGroup('SIGINT')
  await npx.exited
  assert.match(npx.stderr(), /"msg":"stopped"/)
})
