/**
 * The benchmark: for each case a new server on an empty embedded PostgreSQL with its durable defaults, and the load
 * program against it, on one machine. Prints every run and a table of medians. `make bench` calls it.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { cases, type Case } from './cases.ts'
import { isServerThere, openHoldfastServer } from './holdfast-server.ts'
import { isSound, type LoadReport } from './load-report.ts'
import { describeMachine } from './machine.ts'
import { formatRuns } from './run-report.ts'

const usage = `Measures Holdfast on this machine; about ${cases.length} minutes and a few GB of disk with the defaults.

  npm run bench -w benchmarks -- [options]

  --seconds S        how long each run sends (60; 10 gives a first impression)
  --repeats N        runs of each case, of which the median is reported (1)
  --only NAMES       some of ${cases.map(({ name }) => name).join(', ')}, comma-separated (all)
  --protocol P       http or grpc (http)
  --data-root DIR    where the databases lie meanwhile; a real disk, not tmpfs (${tmpdir()})
  --set NAME=VALUE   a setting of the server; may be repeated
  --json FILE        write every run's report there
  --help`

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    repeats: { type: 'string', default: '1' },
    only: { type: 'string', default: cases.map(({ name }) => name).join(',') },
    protocol: { type: 'string', default: 'http' },
    'data-root': { type: 'string', default: tmpdir() },
    set: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

async function measure({ spansPerPayload, rate }: Case): Promise<LoadReport> {
  const settings = Object.fromEntries(
    values.set.map((setting) => setting.split(/=(.*)/s, 2) as [string, string]),
  )
  const server = await openHoldfastServer(values['data-root'], settings)
  try {
    const endpoint = values.protocol === 'grpc' ? server.otlpGrpcUrl : server.otlpHttpUrl
    const options = {
      protocol: values.protocol,
      endpoint,
      query: server.queryUrl,
      seconds: values.seconds,
      'spans-per-payload': spansPerPayload,
      'server-pid': server.pid,
      'postmaster-pid': server.postmasterPid,
      'database-url': server.databaseUrl,
      ...(rate === undefined ? {} : { rate }),
    }
    const load = spawn(
      process.execPath,
      [
        join(import.meta.dirname, 'load.ts'),
        '--json',
        ...Object.entries(options).map(([name, value]) => `--${name}=${value}`),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const exited = once(load, 'exit')
    const output = await text(load.stdout)
    await exited
    if (output === '') throw new Error('the load program gave no report')
    return JSON.parse(output) as LoadReport
  } finally {
    await server.close()
  }
}

async function runCases(): Promise<void> {
  const names = new Set(values.only.split(','))
  const runs = new Map<Case, LoadReport[]>(
    cases.filter(({ name }) => names.has(name)).map((one) => [one, []]),
  )
  console.log(
    `${describeMachine(values['data-root'])}\n${values.seconds} s a run, OTLP over ${values.protocol}`,
  )
  // Round after round, and not case after case: a machine that slows down meanwhile shows in the spread of all.
  for (let repeat = 1; repeat <= Number(values.repeats); repeat++) {
    for (const [one, reports] of runs) {
      console.error(`\n${one.name}, run ${repeat}`)
      const report = await measure(one)
      reports.push(report)
      if (!isSound(report)) process.exitCode = 1
    }
  }
  console.log(`\n${formatRuns(runs)}`)
  if (values.json !== undefined) {
    const all = [...runs].map(([{ name }, reports]) => ({ case: name, reports }))
    writeFileSync(values.json, JSON.stringify(all, undefined, 2))
  }
  if (process.exitCode === 1)
    console.error('\nA run lost payloads, or did not read back what was acknowledged: see above.')
}

if (values.help) {
  console.log(usage)
} else if (!isServerThere()) {
  console.error('packages/server/src/cli/main.ts is missing')
  process.exitCode = 1
} else {
  await runCases()
}
