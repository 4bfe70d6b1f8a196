// Runs the tests: `npm test` all of them, `npm test -- FILE…` some.
//
//   1. the unit and database tests beside the code, on one test server with the PostgreSQL that Holdfast embeds. Those of
//      the example use our packages as people do, so these are built first
//   2. those of the queue and the store again, on the oldest PostgreSQL it supports
//   3. the end-to-end tests, two files at a time, each starting its own real processes
//
// HOLDFAST_TEST_POSTGRES=15 runs pass 1 on the oldest server and leaves out pass 2.
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { relative, resolve } from 'node:path'
import { openLog } from '../packages/server/src/log.ts'
import {
  readTestedMajor,
  startTestServer,
  testPostgresVariable,
  testServerVariable,
  type TestedMajor,
} from '../packages/server/src/postgres/test-server.ts'

const root = resolve(import.meta.dirname, '..')

/** What talks to the database in ways that differ between versions. */
const versionedTests =
  /^packages\/server\/src\/(queue|store|persist|upkeep|postgres\/(dump-schema|migrations))\b/

/** Test files at a time. Tests wait more than they compute, for commits and processes: two even where Node would run one. */
const unitConcurrency = Math.max(2, availableParallelism() - 1)
/** Each starts servers, and some put them under load. */
const e2eConcurrency = 2

/** A hung test ends the run instead of the patience of whoever waits for it. */
const unitTimeoutMs = 120_000
const e2eTimeoutMs = 600_000
/** A test file that never ends, because it left something open, ends the run too. */
const passTimeoutMs = 2_700_000

interface Pass {
  readonly title: string
  readonly files: readonly string[]
  readonly server: TestedMajor | undefined
  readonly args: readonly string[]
}

async function main(): Promise<number> {
  const wanted = process.argv.slice(2).map((file) => relative(root, resolve(file)))
  const major = readTestedMajor()
  for (const pass of planPasses(wanted, major)) {
    if (pass.files.length === 0) continue
    if (pass.files.some((file) => /^(examples|e2e\/demo)\//.test(file)) && (await buildPackages()) !== 0)
      return 1
    console.log(`\n── ${pass.title} (${pass.files.length} ${pass.files.length === 1 ? 'file' : 'files'})`)
    const exitCode = await runPass(pass)
    if (exitCode !== 0) return exitCode
  }
  return 0
}

function planPasses(wanted: readonly string[], major: TestedMajor): Pass[] {
  const all = globSync(['{packages,examples}/*/src/**/*.test.{ts,tsx}', '{e2e,scripts}/**/*.test.ts'], {
    cwd: root,
    exclude: (name) => name === 'node_modules' || name === 'dist',
  }).sort()
  const missing = wanted.filter((file) => !all.includes(file))
  if (missing.length > 0) throw new Error(`no such test: ${missing.join(', ')}`)
  const chosen = wanted.length === 0 ? all : all.filter((file) => wanted.includes(file))
  const endToEnd = chosen.filter((file) => file.startsWith('e2e/'))
  const beside = chosen.filter((file) => !endToEnd.includes(file))
  const unitArgs = [`--test-concurrency=${unitConcurrency}`, `--test-timeout=${unitTimeoutMs}`]
  return [
    { title: `unit and database tests, PostgreSQL ${major}`, files: beside, server: major, args: unitArgs },
    {
      title: 'what talks to the database, on PostgreSQL 15',
      files: major === '15' ? [] : beside.filter((file) => versionedTests.test(file)),
      server: '15',
      args: unitArgs,
    },
    {
      title: 'end-to-end tests',
      files: endToEnd,
      server: undefined,
      args: [`--test-concurrency=${e2eConcurrency}`, `--test-timeout=${e2eTimeoutMs}`],
    },
  ]
}

/** What `make demo` builds; nothing to do where it is there and new. */
async function buildPackages(): Promise<number> {
  const telemetry = await runNode(['scripts/build-telemetry.ts'], process.env)
  return telemetry === 0 ? runNode(['scripts/build-package.ts', 'canonicalizer'], process.env) : telemetry
}

async function runPass(pass: Pass): Promise<number> {
  const server = pass.server === undefined ? undefined : await startTestServer(openLog('warn'), pass.server)
  const env = { ...process.env }
  delete env[testPostgresVariable]
  delete env[testServerVariable]
  if (server !== undefined) env[testServerVariable] = server.socketDir
  try {
    return await runNode(['--test', ...pass.args, ...pass.files], env)
  } finally {
    await server?.stop()
  }
}

function runNode(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' })
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal)
  process.on('SIGINT', forward).on('SIGTERM', forward)
  const watchdog = setTimeout(() => {
    console.error(`\nstopped after ${passTimeoutMs / 60_000} minutes: a test file does not end`)
    child.kill('SIGTERM')
  }, passTimeoutMs)
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('exit', (code) => {
      clearTimeout(watchdog)
      process.off('SIGINT', forward).off('SIGTERM', forward)
      done(code ?? 1)
    })
  })
}

process.exitCode = await main()
