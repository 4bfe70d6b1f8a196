/**
 * Draws a trace for a terminal: the tree of its spans, each with its bar on the time line of the trace. Pure: the spans
 * come as the Query API tells them, and whatever they hold, a line stays a line and nothing but our own colours drives
 * the terminal.
 */
import type { SpanItem, TraceDetail, TraceItem } from '../query/contract.ts'
import { countOf, formatCount, formatDuration, formatUsd } from './format-amounts.ts'
import { describeLiveness } from './describe-liveness.ts'
import type { Paint } from './paint.ts'
import { arrangeSpans, maxIndent, type TreeLine } from './span-tree.ts'
import { columnsOf, fit, neutralise } from './terminal-text.ts'
import { openTimeline, type Timeline } from './timeline.ts'

export interface WaterfallOptions {
  /** Columns of the terminal. */
  readonly columns: number
  readonly paint: Paint
  /** Running spans reach to it. */
  readonly now: Date
}

// A server of before there were fingerprints tells none: the program may ask any server.
type TraceHead = TraceItem & Partial<Pick<TraceDetail, 'fingerprints'>>

// A trace asks a question or two.
const maxFingerprints = 3

const minColumns = 60
const maxColumns = 220
const serviceColumns = 16
const kindColumns = 8
const durationColumns = 9
// `running for 12 m 10 s`
const livenessColumns = 21
const tokenColumns = 14
const costColumns = 9

/** @returns lines without line ends */
export function drawWaterfall(
  trace: TraceHead,
  spans: readonly SpanItem[],
  { columns, paint, now }: WaterfallOptions,
): string[] {
  const width = Math.min(maxColumns, Math.max(minColumns, columns))
  const lines = arrangeSpans(spans)
  const timeline = openTimeline(spans, now)
  const hasTokens = spans.some((span) => tokenText(span) !== '')
  const isWide = width >= 100
  const hasCost = isWide && spans.some((span) => span.cost !== null)
  const timeColumns = isWide && spans.some((span) => span.running) ? livenessColumns : durationColumns
  const fixed =
    (isWide ? serviceColumns + kindColumns + 2 : 0) +
    timeColumns +
    (hasTokens ? tokenColumns + 1 : 0) +
    (hasCost ? costColumns + 1 : 0)
  const nameColumns = Math.max(16, Math.floor((width - fixed) * 0.55))
  const barColumns = Math.max(6, width - fixed - nameColumns - 6)
  const drawn = lines.map((line) => {
    const { span } = line
    const cells = [
      paint(colourOf(span), markOf(span)),
      fit(treePrefix(line) + neutralise(span.name), nameColumns),
      ...(isWide ? [paint('cyan', fit(neutralise(span.service_name), serviceColumns))] : []),
      ...(isWide ? [paint('dim', fit(kindText(span), kindColumns))] : []),
      paint('dim', '▕') + paint(colourOf(span), drawBar(span, timeline, barColumns)) + paint('dim', '▏'),
      fit(timeText(span, isWide, now), timeColumns, 'right'),
      ...(hasTokens ? [fit(tokenText(span), tokenColumns)] : []),
      ...(hasCost ? [fit(span.cost === null ? '' : formatUsd(span.cost.usd), costColumns)] : []),
    ]
    return cells.join(' ').trimEnd()
  })
  const heading = [...drawHeading(trace, spans, paint, now), ...drawFingerprints(trace, paint, width)]
  return [...heading, '', ...drawn, ...drawNotes(trace, lines)]
}

function drawHeading(trace: TraceItem, spans: readonly SpanItem[], paint: Paint, now: Date): string[] {
  const services = new Set(spans.map((span) => span.service_name))
  const facts = [
    ...(trace.running
      ? [paint('yellow', describeLiveness(trace, now))]
      : [formatDuration(trace.duration_ms)]),
    countOf(trace.span_count, 'span'),
    countOf(services.size, 'service'),
    ...(trace.error_count > 0 ? [paint('red', countOf(trace.error_count, 'error'))] : []),
    ...(trace.input_tokens === null ? [] : [`${formatCount(trace.input_tokens)} tokens in`]),
    ...(trace.output_tokens === null ? [] : [`${formatCount(trace.output_tokens)} tokens out`]),
    ...describeCost(trace),
  ]
  const root = [trace.service_name, trace.root_name]
    .map(neutralise)
    .map((text) => fit(text, Math.min(80, columnsOf(text))))
  return [
    `${paint('bold', `trace ${trace.trace_id}`)}  ${trace.start_time}`,
    `${root.join(' › ')}  ${paint('dim', '·')}  ${facts.join(paint('dim', ' · '))}`,
  ]
}

/** What was asked. Whole, where a line has room for it, so that it can be copied to look for others. */
function drawFingerprints({ fingerprints = [] }: TraceHead, paint: Paint, width: number): string[] {
  const label = 'asked '
  const more = fingerprints.length - maxFingerprints
  return [
    ...fingerprints
      .slice(0, maxFingerprints)
      .map((each) => paint('dim', label) + fit(neutralise(each), width - label.length).trimEnd()),
    ...(more > 0 ? [paint('dim', label) + `and ${countOf(more, 'more fingerprint')}`] : []),
  ]
}

function describeCost({ cost }: TraceItem): string[] {
  if (cost === null) return []
  if (cost.truncated) return ['too many calls to price']
  if (cost.usd === null) return ['cost unknown']
  const unpriced =
    cost.unpriced_calls === 0 ? '' : ` and ${countOf(cost.unpriced_calls, 'call')} of unknown cost`
  return [formatUsd(cost.usd) + unpriced]
}

function drawNotes(trace: TraceItem, lines: readonly TreeLine[]): string[] {
  const orphans = lines.filter((line) => line.isOrphan).length
  const notes = [
    ...(lines.length < trace.span_count
      ? [`${countOf(trace.span_count - lines.length, 'more span')} not shown; --limit shows more`]
      : []),
    ...(orphans > 0
      ? [`${countOf(orphans, 'span')} marked ? without its parent: it may still be on its way`]
      : []),
    ...(trace.root_provisional ? ['no span without a parent has arrived yet'] : []),
  ]
  return notes.length === 0 ? [] : ['', ...notes]
}

function markOf(span: SpanItem): string {
  if (span.running) return '…'
  return span.status === 'error' ? '✗' : span.status === 'ok' ? '✓' : '·'
}

function colourOf(span: SpanItem): 'red' | 'yellow' | 'green' {
  if (span.status === 'error') return 'red'
  return span.running ? 'yellow' : 'green'
}

// The one kind that is longer than its column, and seldom sent.
function kindText({ kind }: SpanItem): string {
  return kind === 'unspecified' ? 'unspec.' : kind
}

function treePrefix({ goesOn, depth, isOrphan }: TreeLine): string {
  if (depth === 0) return isOrphan ? '? ' : ''
  const above = goesOn.slice(0, -1).map((continues) => (continues ? '│ ' : '  '))
  const own = goesOn.at(-1) === true ? '├ ' : '└ '
  return above.join('') + own + (depth > maxIndent ? `(${depth}) ` : '')
}

function timeText(span: SpanItem, isWide: boolean, now: Date): string {
  if (!span.running) return formatDuration(span.duration_ms)
  if (isWide) return describeLiveness(span, now)
  return span.silent ? 'silent' : 'running'
}

function drawBar(span: SpanItem, timeline: Timeline, columns: number): string {
  const { from, to } = timeline.place(span)
  const start = Math.min(columns - 1, Math.floor(from * columns))
  const length = Math.max(1, Math.min(columns - start, Math.round((to - from) * columns)))
  const isSliver = (to - from) * columns < 0.5
  const bar = span.running ? '░'.repeat(length) : isSliver ? '▏' : '█'.repeat(length)
  return ' '.repeat(start) + bar + ' '.repeat(columns - start - length)
}

function tokenText(span: SpanItem): string {
  if (!span.counts_tokens) return '' // else one call stands in two lines
  const { input_tokens, output_tokens } = span
  const parts = [
    ...(input_tokens === null ? [] : [`↑${formatCount(input_tokens)}`]),
    ...(output_tokens === null ? [] : [`↓${formatCount(output_tokens)}`]),
  ]
  return parts.join(' ')
}
