import type { DiskUse } from './measure/database-size.ts'
import type { Percentiles } from './measure/latencies.ts'
import type { QueryableLatency } from './measure/queryable-probe.ts'
import type { Verification } from './measure/read-back.ts'
import type { ResourceUse } from './measure/resource-monitor.ts'
import type { WorkloadDescription } from './workload/describe-workload.ts'

/** What one run of the load program found out. Parts that were not asked for are absent. */
export interface LoadReport {
  readonly endpoint: string
  readonly protocol: string
  readonly connections: number
  readonly seconds: number
  readonly rate?: number | undefined
  readonly workload: WorkloadDescription
  readonly acknowledged: {
    readonly payloads: number
    readonly spans: number
    /** Until the last acknowledgement. */
    readonly spansPerSecond: number
    readonly payloadsPerSecond: number
    readonly rejectedSpans: number
    readonly lostPayloads: number
    readonly retries: Readonly<Record<string, number>>
    readonly refusals: Readonly<Record<string, number>>
  }
  readonly ackLatencyMs?: Percentiles | undefined
  readonly queryable?: {
    /** Acknowledged spans over the time from the first send until the last span could be queried. */
    readonly spansPerSecond: number
    readonly seconds: number
    /** From the last acknowledgement until the last span could be queried. */
    readonly drainSeconds: number
    readonly timedOut: boolean
    readonly ledgerBalanced: boolean
    readonly parkedPayloads: number
    readonly verification: Verification
  }
  readonly ackToQueryableMs?: QueryableLatency | undefined
  readonly resources?: ResourceUse | undefined
  readonly disk?: DiskUse | undefined
}

/** Nothing acknowledged is missing or doubled, and nothing was given up. */
export function isSound(report: LoadReport): boolean {
  const { acknowledged, queryable } = report
  if (acknowledged.payloads === 0 || acknowledged.lostPayloads > 0 || acknowledged.rejectedSpans > 0)
    return false
  if (queryable === undefined) return true
  const { timedOut, ledgerBalanced, parkedPayloads, verification } = queryable
  return !timedOut && ledgerBalanced && parkedPayloads === 0 && verification.mismatches.length === 0
}

/** The report as lines for people. */
export function formatReport(report: LoadReport): string {
  const { workload, acknowledged, queryable, resources, disk } = report
  const rows: [string, string][] = [
    [
      'target',
      `${report.protocol} ${report.endpoint}, ${report.connections} connections, ${report.seconds} s`,
    ],
    [
      'payloads',
      `${workload.spansPerPayload} spans, ${thousands(workload.bytesPerPayload)} B (${workload.bytesPerSpan} B a span), ` +
        `${workload.attributesPerSpan} attributes a span, ${percent(workload.modelCallShare)} model calls, ` +
        `${workload.spansPerTrace} spans a trace, zstd-1 ${workload.zstd1Ratio} to 1`,
    ],
    [
      'mode',
      report.rate === undefined
        ? 'saturating, closed loop'
        : `${thousands(report.rate)} spans/s on a fixed schedule`,
    ],
    [
      'acknowledged',
      `${thousands(acknowledged.spans)} spans, ${thousands(acknowledged.spansPerSecond)} spans/s, ` +
        `${thousands(acknowledged.payloadsPerSecond)} requests/s`,
    ],
    ['acknowledgement', formatPercentiles(report.ackLatencyMs)],
  ]
  const trouble = { ...acknowledged.retries, ...acknowledged.refusals }
  if (Object.keys(trouble).length > 0) rows.push(['sent again or refused', JSON.stringify(trouble)])
  if (acknowledged.lostPayloads > 0) rows.push(['NOT acknowledged', `${acknowledged.lostPayloads} payloads`])
  if (acknowledged.rejectedSpans > 0) rows.push(['REJECTED', `${acknowledged.rejectedSpans} spans`])
  if (queryable !== undefined) {
    const { traces, mismatches } = queryable.verification
    rows.push(
      [
        'durable and queryable',
        `${thousands(queryable.spansPerSecond)} spans/s (${queryable.seconds.toFixed(1)} s; the last ${queryable.drainSeconds.toFixed(2)} s after the last acknowledgement)` +
          (queryable.timedOut ? ', NOT drained' : ''),
      ],
      [
        'ledger',
        `${queryable.ledgerBalanced ? 'balanced' : 'NOT BALANCED'}, ${queryable.parkedPayloads} payloads parked`,
      ],
      [
        'read back',
        `${traces} traces, ${mismatches.length} with a wrong number of spans${mismatches.length === 0 ? '' : `: ${JSON.stringify(mismatches.slice(0, 3))}`}`,
      ],
    )
  }
  if (report.ackToQueryableMs !== undefined) {
    rows.push([
      'ack to queryable',
      `${formatPercentiles(report.ackToQueryableMs)}, ${report.ackToQueryableMs.timedOut} timed out`,
    ])
  }
  if (resources !== undefined) {
    const { cpuSeconds, memoryMiB } = resources
    rows.push(
      [
        'CPU seconds',
        `server ${cpuSeconds.server}, PostgreSQL ${cpuSeconds.postgres}, load program ${cpuSeconds.load}`,
      ],
      [
        'memory, MiB',
        `server resident p95 ${memoryMiB.serverResident.p95}, max ${memoryMiB.serverResident.max}; ` +
          `PostgreSQL proportional p95 ${memoryMiB.postgresProportional.p95}, max ${memoryMiB.postgresProportional.max}`,
      ],
    )
  }
  if (disk !== undefined) {
    const tables = disk.tables.map(
      ({ table, bytesPerSpan, indexBytesPerSpan }) =>
        `${table} ${bytesPerSpan} (indexes ${indexBytesPerSpan})`,
    )
    rows.push(
      ['disk', `${disk.bytesPerSpan} B a span: ${tables.join(', ')}`],
      ['WAL', `${disk.walBytesPerSpan} B a span`],
    )
  }
  return rows.map(([name, value]) => `${name.padEnd(22)} ${value}`).join('\n')
}

function formatPercentiles(of: Percentiles | undefined): string {
  if (of === undefined) return 'none'
  return `p50 ${of.p50.toFixed(1)} ms, p95 ${of.p95.toFixed(1)} ms, p99 ${of.p99.toFixed(1)} ms, max ${of.max.toFixed(0)} ms (${thousands(of.count)})`
}

function thousands(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ' ')
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
