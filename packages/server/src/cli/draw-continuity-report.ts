import type { BrokenInTrace, ContinuityReport, HopGroup } from './doctor-continuity.ts'
import { drawTable, type Column } from './draw-table.ts'
import { countOf, formatCount } from './format-amounts.ts'
import type { Paint } from './paint.ts'
import { neutralise } from './terminal-text.ts'

const columns: readonly Column<HopGroup>[] = [
  { title: 'FROM', maxColumns: 24, cell: (hop) => hop.from ?? '?' },
  { title: 'TO', maxColumns: 24, cell: (hop) => hop.to ?? '?' },
  { title: 'CALL', maxColumns: 40, cell: (hop) => hop.call },
  { title: 'JOINED', align: 'right', cell: (hop) => formatCount(hop.joined) },
  { title: 'BROKEN', align: 'right', cell: (hop) => formatCount(hop.broken) },
  { title: 'UNDECIDED', align: 'right', cell: (hop) => formatCount(hop.undecided) },
  { title: 'CARRIERS', maxColumns: 32, cell: (hop) => drawCarriers(hop.carriers) },
  { title: 'EXAMPLE', cell: (hop) => hop.example_trace_id },
]

const maxGroups = 50

/** Lines for a terminal: the table of hops, then each reason with what it means and what to do. */
export function drawContinuityReport(report: ContinuityReport, paint: Paint): string[] {
  const { traces, joined_count, broken_count, undecided_count, ignored_count } = report
  const heading =
    `${countOf(traces, 'trace')} since ${report.since.slice(0, 19)}Z: ${countOf(joined_count, 'hop')} joined, ` +
    `${broken_count > 0 ? paint('red', `${formatCount(broken_count)} broken`) : '0 broken'}, ` +
    `${formatCount(undecided_count)} undecided` +
    (ignored_count > 0 ? `, ${formatCount(ignored_count)} broken and ignored` : '')
  const shown = report.hops.slice(0, maxGroups)
  return [
    heading,
    ...(shown.length === 0 ? [] : ['', ...drawTable(columns, shown)]),
    ...(report.hops.length > maxGroups
      ? [`${formatCount(report.hops.length - maxGroups)} more; --json has all`]
      : []),
    ...drawReasons(report, paint),
    ...drawBounds(report),
  ]
}

function drawReasons({ broken }: ContinuityReport, paint: Paint): string[] {
  // In the server's words: it may be of a later version and know reasons that are not known here.
  const byReason = Map.groupBy(broken, (hop: BrokenInTrace) => hop.reason)
  const lines = [...byReason].flatMap(([reason, hops]) => [
    '',
    `${paint('red', neutralise(reason))} (${formatCount(hops.length)}): ${neutralise(hops[0]!.meaning)}`,
    `  → ${neutralise(hops[0]!.what_to_do)}`,
  ])
  const halves = broken.find((hop) => hop.likely_other_half !== null)
  return halves === undefined
    ? lines
    : [...lines, '', `likely one call in two halves: ${halves.trace_id} and ${halves.likely_other_half}`]
}

function drawBounds({
  traces,
  more_traces,
  incomplete_traces,
  unlisted_count,
  hops,
}: ContinuityReport): string[] {
  const notes = [
    ...(traces > 0 && hops.length === 0 ? ['no call between processes was seen: nothing to join'] : []),
    ...(more_traces ? ['there are more traces in that time; --limit looks at more'] : []),
    ...(incomplete_traces > 0
      ? [`of ${countOf(incomplete_traces, 'long trace')} only the first 10,000 spans were looked at`]
      : []),
    ...(unlisted_count > 0
      ? [
          `${countOf(unlisted_count, 'hop')} counted above and not in the table: of each trace the first 1,000 of a kind are told`,
        ]
      : []),
  ]
  return notes.length === 0 ? [] : ['', ...notes]
}

function drawCarriers(carriers: Readonly<Record<string, number>>): string {
  return Object.entries(carriers)
    .map(([carrier, count]) => `${carrier} ${formatCount(count)}`)
    .join(', ')
}
