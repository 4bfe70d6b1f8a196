import type { Case } from './cases.ts'
import type { LoadReport } from './load-report.ts'

interface Column {
  readonly title: string
  readonly read: (report: LoadReport) => number | undefined
  /** Whole bytes and spans, one decimal of a millisecond: more would pretend. */
  readonly digits: number
}

const columns: readonly Column[] = [
  { title: 'acked spans/s', read: (of) => of.acknowledged.spansPerSecond, digits: 0 },
  { title: 'durable and queryable spans/s', read: (of) => of.queryable?.spansPerSecond, digits: 0 },
  { title: 'ack p50 ms', read: (of) => of.ackLatencyMs?.p50, digits: 1 },
  { title: 'ack p95', read: (of) => of.ackLatencyMs?.p95, digits: 1 },
  { title: 'ack p99', read: (of) => of.ackLatencyMs?.p99, digits: 1 },
  { title: 'ack to queryable p50 ms', read: (of) => of.ackToQueryableMs?.p50, digits: 1 },
  { title: 'p95', read: (of) => of.ackToQueryableMs?.p95, digits: 1 },
  { title: 'p99', read: (of) => of.ackToQueryableMs?.p99, digits: 1 },
  { title: 'server max MiB', read: (of) => of.resources?.memoryMiB.serverResident.max, digits: 0 },
  { title: 'PostgreSQL max MiB', read: (of) => of.resources?.memoryMiB.postgresProportional.max, digits: 0 },
  { title: 'disk B/span', read: (of) => of.disk?.bytesPerSpan, digits: 0 },
  { title: 'WAL B/span', read: (of) => of.disk?.walBytesPerSpan, digits: 0 },
  { title: 'CPU s: server', read: (of) => of.resources?.cpuSeconds.server, digits: 0 },
  { title: 'PostgreSQL', read: (of) => of.resources?.cpuSeconds.postgres, digits: 0 },
  { title: 'load', read: (of) => of.resources?.cpuSeconds.load, digits: 0 },
]

/** A Markdown table: a row a case, in each cell the median of its runs and, of several, the least and the greatest. */
export function formatRuns(runs: ReadonlyMap<Case, readonly LoadReport[]>): string {
  const head = ['case', ...columns.map(({ title }) => title)]
  const rows = [...runs].map(([{ name, rate }, reports]) => [
    rate === undefined ? `${name} spans a payload` : `${name}, ${rate / 1000} k spans/s`,
    ...columns.map((column) => formatCell(column, reports)),
  ])
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function formatCell({ read, digits }: Column, reports: readonly LoadReport[]): string {
  const values = reports
    .map(read)
    .filter((value) => value !== undefined)
    .sort((a, b) => a - b)
  if (values.length === 0) return '–'
  const middle = values.length / 2
  const median = (values[Math.ceil(middle) - 1]! + values[Math.floor(middle)]!) / 2
  const text = (value: number): string => (digits === 0 ? thousands(value) : value.toFixed(digits))
  return values.length === 1 ? text(median) : `${text(median)} (${text(values[0]!)}–${text(values.at(-1)!)})`
}

function thousands(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ' ')
}
