import type { DivergentTrace, MlflowReport } from './doctor-mlflow-report.ts'
import { drawTable, type Column } from './draw-table.ts'
import { countOf, formatCount } from './format-amounts.ts'
import type { Paint } from './paint.ts'
import { neutralise } from './terminal-text.ts'

const columns: readonly Column<DivergentTrace>[] = [
  { title: 'TRACE', cell: (trace) => trace.trace_id },
  { title: 'STARTED', cell: (trace) => `${trace.start_time.slice(0, 19)}Z` },
  { title: 'SERVICE', maxColumns: 24, cell: (trace) => trace.service_name ?? '?' },
  { title: 'NAME', maxColumns: 32, cell: (trace) => trace.root_name ?? '?' },
  { title: 'HOLDFAST', align: 'right', cell: (trace) => formatCount(trace.holdfast_spans) },
  { title: 'MLFLOW', align: 'right', cell: (trace) => formatCount(trace.mlflow_spans) },
  { title: 'DIFFERENCE', maxColumns: 60, cell: describe },
]

const maxRows = 50
const maxIds = 1

/** Lines for a terminal: a table of the traces that differ, then what to do about each kind. */
export function drawMlflowReport(report: MlflowReport, paint: Paint): string[] {
  const { divergences, compared_traces, equal_traces, experiment } = report
  const verdict =
    divergences.length === 0
      ? paint('green', 'no differences')
      : paint(
          'red',
          `${countOf(divergences.length, 'trace')} ${divergences.length === 1 ? 'differs' : 'differ'}`,
        )
  const shown = divergences.slice(0, maxRows)
  return [
    `Holdfast at ${report.url}, MLflow at ${neutralise(report.mlflow_url)}, experiment "${neutralise(experiment.name)}" (${neutralise(experiment.id)})`,
    `${countOf(compared_traces, 'trace')} since ${report.since.slice(0, 19)}Z compared: ${formatCount(equal_traces)} the same in both, ${verdict}`,
    ...(shown.length === 0 ? [] : ['', ...drawTable(columns, shown)]),
    ...(divergences.length > maxRows
      ? [`${formatCount(divergences.length - maxRows)} more; --json has all`]
      : []),
    ...advise(report).flatMap((advice) => ['', `→ ${neutralise(advice)}`]),
    ...drawNotes(report),
  ]
}

function describe(trace: DivergentTrace): string {
  if (trace.kind === 'missing_in_mlflow') return 'MLflow does not have it'
  if (trace.kind === 'missing_in_holdfast') return 'Holdfast does not have it'
  const parts = [
    ...describeIds('not in MLflow', trace.missing_in_mlflow),
    ...describeIds('not in Holdfast', trace.missing_in_holdfast),
    ...describeIds(
      'status',
      trace.status.map((span) => span.span_id),
    ),
  ]
  return parts.join('; ')
}

function describeIds(what: string, ids: readonly string[]): string[] {
  if (ids.length === 0) return []
  const more = ids.length > maxIds ? ` and ${formatCount(ids.length - maxIds)} more` : ''
  return [`${what}: ${ids.slice(0, maxIds).join(' ')}${more}`]
}

function advise({ divergences, elsewhere }: MlflowReport): string[] {
  const inMlflow = divergences.filter((trace) => trace.missing_in_mlflow.length > 0)
  const inHoldfast = divergences.filter((trace) => trace.missing_in_holdfast.length > 0)
  const services = [...new Set(inMlflow.flatMap((trace) => trace.services_missing_in_mlflow))].sort()
  return [
    ...(inMlflow.length === 0
      ? []
      : [
          `MLflow lacks spans of ${services.length === 0 ? 'services without a name' : services.join(', ')}: do these processes run with TELEMETRY_BACKEND=dual and MLFLOW_TRACKING_URI? What MLflow did not take waits in their spool and is sent when it answers again, at the latest at their next start; a warning HoldfastTelemetryWarning in their output tells what it refused.`,
        ]),
    ...(divergences.some((trace) => trace.kind === 'missing_in_mlflow')
      ? [
          'Agents that send to Holdfast alone are meant to be missing: --service compares those of one service only.',
        ]
      : []),
    ...(inHoldfast.length === 0
      ? []
      : [
          `Holdfast lacks spans: do these processes send to this server (OTEL_EXPORTER_OTLP_ENDPOINT)? \`holdfast trace ID\` tells what became of one, \`holdfast status\` whether anything is stuck, \`holdfast doctor\` what agents on this machine could not deliver yet.`,
        ]),
    ...(divergences.some((trace) => trace.status.length > 0)
      ? [
          'A span failed in one and not in the other: it was sent twice with different ends, or something between changed it; `holdfast trace ID` shows what was sent to Holdfast.',
        ]
      : []),
    ...(elsewhere.length === 0
      ? []
      : [
          `MLflow keeps ${countOf(elsewhere.length, 'trace')} in another experiment (${[...new Set(elsewhere.map((trace) => trace.experiment_id))].join(', ')}), the one where its first spans were sent to: give all processes the same MLFLOW_EXPERIMENT_NAME.`,
        ]),
  ]
}

function drawNotes(report: MlflowReport): string[] {
  const { compared_from: from, unsettled_traces, running_spans, oversized_traces } = report
  const notes = [
    ...(from === null ? [] : [`only the newest traces, since ${from.slice(0, 19)}Z; --limit compares more`]),
    ...(unsettled_traces > 0
      ? [`${countOf(unsettled_traces, 'trace')} had spans in the last 15 s and may still be on the way`]
      : []),
    ...(running_spans > 0
      ? [`${countOf(running_spans, 'span')} still running; MLflow gets spans when they end`]
      : []),
    ...(oversized_traces > 0
      ? [`${countOf(oversized_traces, 'trace')} with more than 10,000 spans not compared`]
      : []),
  ]
  return notes.length === 0 ? [] : ['', ...notes]
}
