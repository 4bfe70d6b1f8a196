// However a process ends, short of being killed outright: what had ended by then is on disk.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const fixture = fileURLToPath(new URL('./process-ends.fixture.ts', import.meta.url))

const cases: { how: string; code: number | null; signal: string | null; names?: string[]; about: string }[] =
  [
    { how: 'exit', code: 3, signal: null, about: 'process.exit() right after a span' },
    { how: 'throw', code: 1, signal: null, about: 'an exception nobody caught' },
    { how: 'reject', code: 1, signal: null, about: 'a rejection nobody handled' },
    {
      how: 'unhandled',
      code: 1,
      signal: null,
      names: ['done', 'failing'],
      about: 'a span whose rejection nobody handled',
    },
    { how: 'end', code: 0, signal: null, about: 'nothing left to do' },
    { how: 'SIGTERM', code: null, signal: 'SIGTERM', about: 'SIGTERM' },
    { how: 'SIGINT', code: null, signal: 'SIGINT', about: 'SIGINT' },
    { how: 'SIGHUP', code: null, signal: 'SIGHUP', about: 'SIGHUP' },
    { how: 'handled', code: 7, signal: null, about: 'SIGTERM, which the application handles in its own way' },
    {
      how: 'once',
      code: 7,
      signal: null,
      about: 'SIGTERM, which the application handles once, with a listener older than telemetry',
    },
    {
      how: 'container',
      code: 5,
      signal: null,
      names: ['done', 'after'],
      about: 'two SIGTERMs in the first process of a container, which outlives the first of them',
    },
    {
      how: 'processor',
      code: 3,
      signal: null,
      about: 'process.exit() while a provider with our processor shuts down',
    },
    { how: 'joined', code: 3, signal: null, about: 'process.exit() while a joined provider shuts down' },
    {
      how: 'polite',
      code: null,
      signal: 'SIGTERM',
      about: 'SIGTERM, beside a listener that gives way to others',
    },
    {
      how: 'stream',
      code: 0,
      signal: null,
      names: ['done', 'stream'],
      about: 'process.exit() in the middle of a stream',
    },
  ]

for (const { how, code, signal, about, names = ['done'] } of cases) {
  test(`spans are on disk after ${about}, and the process ends as it would have`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-ends-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const ended = await runFixture(how, { TELEMETRY_SPOOL_DIR: folder })
    assert.deepEqual(ended, { code, signal })
    const spooled = readSpool(folder)
    for (const name of names) assert.ok(spooled.includes(name), `${name} is in the spool`)
  })
}

test('with the exit hooks off nothing listens, and the process ends at once', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-ends-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const ended = await runFixture('exit', { TELEMETRY_SPOOL_DIR: folder, TELEMETRY_EXIT_HOOKS: 'off' })
  assert.deepEqual(ended, { code: 3, signal: null })
  assert.equal(readSpool(folder), '')
})

async function runFixture(how: string, env: Record<string, string>): Promise<object> {
  const child = spawn(process.execPath, ['--disable-warning=HoldfastTelemetryWarning', fixture, how], {
    stdio: 'ignore',
    // Port 9 of this machine: nobody listens there.
    env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', ...env },
  })
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  return { code, signal }
}

function readSpool(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1')).join('\n')
}
