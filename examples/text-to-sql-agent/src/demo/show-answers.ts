// What a person sees of each question: as soon as it is answered, and, when all is stored, what it took.
import { styleText } from 'node:util'
import type { QuestionOutcome } from '../agent/answer-question.ts'
import type { FingerprintStats, RecordedTrace } from './ask-holdfast.ts'

export function describeAnswer(number: number, outcome: QuestionOutcome, queryUrl: string): string[] {
  const { question, answer = '', failure, attempts, fingerprint, traceId } = outcome
  const said =
    failure === undefined
      ? `${printable(answer)}${attempts > 1 ? styleText('yellow', ' (corrected)') : ''}`
      : styleText('red', `failed: ${printable(failure)}`)
  return [
    `${String(number).padStart(3)}  ${styleText('bold', printable(question))}`,
    `     ${said}`,
    styleText('dim', `     ${printable(fingerprint)}`),
    styleText('dim', `     ${queryUrl}/api/v1/traces/${traceId}`),
  ]
}

/** The traces as Holdfast tells them. */
export function describeTraces(
  traces: readonly { readonly outcome: QuestionOutcome; readonly recorded: RecordedTrace }[],
  columns: number | undefined,
): string[] {
  const rows = traces.map(({ outcome, recorded }, index) => [
    String(index + 1),
    judge(outcome),
    formatMs(recorded.duration_ms),
    formatCount(recorded.input_tokens),
    formatCount(recorded.output_tokens),
    formatUsd(recorded.cost?.usd),
    outcome.traceId,
  ])
  return drawColumns(['', '', 'took', 'in', 'out', 'cost', 'trace'], rows, columns)
}

/** What was asked in any words: how often, how well, at what price. Questions that mean the same share a line. */
export function describeFingerprints(
  { items, fingerprint_count: all }: FingerprintStats,
  columns: number | undefined,
): string[] {
  const rows = items.map((item) => [
    String(item.count),
    formatChange(item.change.count),
    String(item.failed_count),
    formatMs(item.p50_duration_ms),
    formatMs(item.p95_duration_ms),
    formatCount(item.input_tokens),
    formatCount(item.output_tokens),
    formatUsd(item.cost?.usd),
    printable(item.fingerprint),
  ])
  const titles = ['asked', 'change', 'failed', 'p50', 'p95', 'in', 'out', 'cost', 'fingerprint']
  const more = all > items.length ? [`and ${all - items.length} more`] : []
  return [...drawColumns(titles, rows, columns), ...more]
}

function judge({ failure, attempts }: QuestionOutcome): string {
  if (failure !== undefined) return 'failed'
  return attempts > 1 ? 'corrected' : 'ok'
}

/** All but the last column to the right; the last has a line of its own where the terminal is too narrow for all. */
function drawColumns(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  columns = Number.POSITIVE_INFINITY,
): string[] {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const isNarrow = widths.reduce((sum, width) => sum + width + 2, -2) > columns
  const draw = (cells: readonly string[]): string => {
    const figures = cells.slice(0, -1).map((cell, column) => cell.padStart(widths[column] ?? 0))
    return `${figures.join('  ')}${isNarrow ? '\n  ' : '  '}${cells.at(-1)}`
  }
  return [styleText('dim', draw(titles)), ...rows.map(draw)]
}

function formatMs(ms: number | null): string {
  return ms === null ? '–' : `${Math.round(ms)} ms`
}

function formatCount(count: number | null): string {
  return count === null ? '–' : count.toLocaleString('en-US')
}

/** To the period before. */
function formatChange(difference: number): string {
  return difference > 0 ? `+${difference}` : String(difference)
}

function formatUsd(usd: number | null | undefined): string {
  return usd == null ? '–' : `$${usd.toFixed(6)}`
}

/** What a model wrote is no terminal's business beyond its letters. */
function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}
