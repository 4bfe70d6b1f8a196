// What a person sees of each question: as soon as it is answered, and, when all is stored, what it took.
import { styleText } from 'node:util'
import type { RecordedTrace } from './ask-holdfast.ts'

/** A line of the agent's output. */
export interface Answer {
  readonly question: string
  readonly fingerprint: string
  readonly traceId: string
  /** How many times the model was asked for SQL. */
  readonly attempts: number
  readonly answer?: string
  /** Why there is no answer. */
  readonly failure?: string
}

export function describeAnswer(
  number: number,
  { question, answer, failure, attempts, ...rest }: Answer,
): string[] {
  const said = failure === undefined ? (answer ?? '') : styleText('red', `failed: ${printable(failure)}`)
  const corrected = failure === undefined && attempts > 1 ? styleText('yellow', ' (corrected)') : ''
  return [
    `${String(number).padStart(3)}  ${styleText('bold', printable(question))}`,
    `     ${failure === undefined ? printable(said) : said}${corrected}`,
    styleText('dim', `     ${printable(rest.fingerprint)}`),
    styleText('dim', `     trace ${rest.traceId}`),
  ]
}

/** The traces as Holdfast tells them, each with its address. */
export function describeTraces(
  queryUrl: string,
  traces: readonly { readonly answer: Answer; readonly recorded: RecordedTrace }[],
): string[] {
  const rows = traces.map(({ answer, recorded }, index) => [
    String(index + 1),
    recorded.status === 'error' ? (answer.failure === undefined ? 'corrected' : 'failed') : 'ok',
    `${Math.round(recorded.duration_ms)} ms`,
    String(recorded.span_count),
    formatCount(recorded.input_tokens),
    formatCount(recorded.output_tokens),
    formatUsd(recorded.cost?.usd),
    `${queryUrl}/api/v1/traces/${answer.traceId}`,
  ])
  return drawColumns(['', '', 'took', 'spans', 'tokens in', 'out', 'cost', 'address'], rows)
}

/** All but the last column to the right. */
export function drawColumns(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const draw = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column < widths.length - 1 ? cell.padStart(widths[column] ?? 0) : cell))
      .join('  ')
  return [styleText('dim', draw(titles)), ...rows.map(draw)]
}

export function formatCount(count: number | null | undefined): string {
  return count == null ? '–' : count.toLocaleString('en-US')
}

export function formatUsd(usd: number | null | undefined): string {
  return usd == null ? '–' : `$${usd.toFixed(6)}`
}

/** What a model wrote is no terminal's business beyond its letters. */
function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}
