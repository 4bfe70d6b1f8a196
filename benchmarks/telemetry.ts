/**
 * What tracing costs the agent: a span with inputs against the bare OpenTelemetry API, and an MCP call with and without
 * tracing. Spans go over OTLP/HTTP to a server in another process that keeps nothing. `make bench-telemetry` calls it.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { createTelemetry } from '../packages/telemetry/src/index.ts'
import { compare, type Measured, type Variant } from './telemetry/compare.ts'
import { openMcpPair } from './telemetry/open-mcp-pair.ts'
import { spanVariants } from './telemetry/span-variants.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '101' } } })
const rounds = Number(values.rounds)

const sink = spawn(process.execPath, [join(import.meta.dirname, 'sink.ts')], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const [line] = (await once(createInterface({ input: sink.stdout }), 'line')) as [string]
const spoolDir = mkdtempSync(join(tmpdir(), 'holdfast-bench-spool-'))

const telemetry = createTelemetry({
  serviceName: 'benchmark',
  env: {
    OTEL_EXPORTER_OTLP_ENDPOINT: (JSON.parse(line) as { otlp_http_url: string }).otlp_http_url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    TELEMETRY_SPOOL_DIR: spoolDir,
  },
})
const settle = (): Promise<void> => telemetry.flush()

try {
  console.log(
    `Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'})\n`,
  )
  // A round fits into the batch processor's queue, so that no batch is sent while it is measured.
  print('a span', await compare(spanVariants(telemetry), { rounds, count: 400, settle }))
  for (const transport of ['memory', 'http'] as const) {
    const pairs = await Promise.all([openMcpPair(transport, false), openMcpPair(transport, true)])
    const [plain, traced] = pairs.map((pair, i): Variant => ({
      name: i === 0 ? 'without tracing' : 'traced on both sides',
      run: async (count) => {
        for (let n = 0; n < count; n++) await pair.call()
      },
    }))
    const variants = [plain, traced].filter((one) => one !== undefined)
    print(`an MCP call, ${transport}`, await compare(variants, { rounds, count: 50, settle }))
    for (const pair of pairs) await pair.close()
  }
  await settle()
  const { dropped, taken } = telemetry.stats().deliveries['otlp'] ?? { dropped: NaN, taken: NaN }
  console.log(`${taken} spans taken, ${dropped} dropped`)
} finally {
  await telemetry.shutdown()
  sink.kill()
  rmSync(spoolDir, { recursive: true, force: true })
}

function print(title: string, measured: readonly Measured[]): void {
  console.log(`${title}, µs: median (least to greatest round)`)
  for (const { name, medianUs, leastUs, greatestUs } of measured) {
    const figures = `${medianUs.toFixed(1).padStart(8)}  (${leastUs.toFixed(1)} to ${greatestUs.toFixed(1)})`
    console.log(`  ${name.padEnd(48)}${figures}`)
  }
  console.log('')
}
