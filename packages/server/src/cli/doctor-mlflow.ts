import { InvalidArgumentError, Option, type Command } from 'commander'
import { ConfigError } from '../config.ts'
import { CommandFailure, printJson, printLines, wantsColour, type CommandContext } from './command-context.ts'
import { findExperiment, openMlflowServer } from './doctor-mlflow-client.ts'
import { drawMlflowReport } from './doctor-mlflow-draw.ts'
import { compareWithMlflow } from './doctor-mlflow-report.ts'
import { countOf } from './format-amounts.ts'
import { openPaint } from './paint.ts'

export interface MlflowOptions {
  /** true: MLFLOW_TRACKING_URI says where. */
  readonly mlflow?: string | true
  readonly experiment?: string
  readonly service?: string
  readonly json?: true
  /** Milliseconds. */
  readonly since?: number
  /** Traces. */
  readonly limit?: number
}

const defaultSinceMs = 3_600_000
const defaultTraces = 100

/** Adds `--mlflow` and what belongs to it to `holdfast doctor`. */
export function addMlflowOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--mlflow [uri]',
        'instead: where recent traces differ between Holdfast and MLflow (default: MLFLOW_TRACKING_URI)',
      ).argParser(readAddress),
    )
    .option(
      '--experiment <name>',
      'with --mlflow: the experiment that agents write to (default: MLFLOW_EXPERIMENT_NAME, else Default)',
    )
    .option('--service <name>', 'with --mlflow: only traces that this service takes part in')
}

/** What it does and needs, for the command's help. */
export const mlflowHelp = `
With --mlflow it compares the traces of agents that send to both (TELEMETRY_BACKEND=dual), span by span: what is
missing in one of them, and what failed in one only. Exits with 0 when both tell the same, else with 1.

  holdfast doctor --mlflow http://127.0.0.1:5000 --since 30m
  holdfast doctor --mlflow --json | jq '.divergences[].trace_id'

Settings: MLFLOW_TRACKING_URI, MLFLOW_EXPERIMENT_NAME or MLFLOW_EXPERIMENT_ID, and MLFLOW_TRACKING_USERNAME with
MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, as agents have them.`

/**
 * `holdfast doctor --mlflow`.
 * @param url of the Query API
 * @throws CommandFailure when the two diverge, or one of them does not answer
 */
export async function runMlflowComparison(
  context: CommandContext,
  url: string,
  options: MlflowOptions,
  now: Date = new Date(),
): Promise<void> {
  const mlflow = openMlflowServer(findAddress(context, options), context.env)
  const experiment = await findExperiment(mlflow, nameExperiment(context, options))
  const report = await compareWithMlflow({
    url,
    mlflow,
    experiment,
    since: new Date(Math.max(0, now.getTime() - (options.since ?? defaultSinceMs))),
    now,
    limit: options.limit ?? defaultTraces,
    service: options.service,
  })
  if (options.json === true) printJson(context, report)
  else printLines(context, drawMlflowReport(report, openPaint(wantsColour(context))))
  const count = report.divergences.length
  if (count > 0) throw new CommandFailure(`${countOf(count, 'trace')} ${count === 1 ? 'differs' : 'differ'}`)
}

function findAddress({ env }: CommandContext, { mlflow }: MlflowOptions): string {
  if (typeof mlflow === 'string') return mlflow
  const address = env['MLFLOW_TRACKING_URI'] ?? ''
  if (isAddress(address)) return address
  throw new ConfigError([
    address === ''
      ? 'say where MLflow is: --mlflow http://127.0.0.1:5000, or MLFLOW_TRACKING_URI'
      : 'MLFLOW_TRACKING_URI is not an address such as http://127.0.0.1:5000: name one with --mlflow',
  ])
}

function nameExperiment(
  { env }: CommandContext,
  { experiment }: MlflowOptions,
): { name: string } | { id: string } {
  if (experiment !== undefined) return { name: experiment }
  const id = env['MLFLOW_EXPERIMENT_ID']
  if (id !== undefined && id !== '') return { id }
  return { name: env['MLFLOW_EXPERIMENT_NAME'] || 'Default' }
}

function readAddress(text: string): string {
  if (isAddress(text)) return text
  throw new InvalidArgumentError('It takes an address such as http://127.0.0.1:5000.')
}

function isAddress(text: string): boolean {
  return /^https?:\/\/[^/]/.test(text) && URL.canParse(text)
}
