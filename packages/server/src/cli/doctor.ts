import { Command, InvalidArgumentError } from 'commander'
import { spoolDirectory } from './agent-spool.ts'
import { CommandFailure, printJson, printLines, wantsColour, type CommandContext } from './command-context.ts'
import { examineContinuity } from './doctor-continuity.ts'
import { addMlflowOptions, mlflowHelp, runMlflowComparison, type MlflowOptions } from './doctor-mlflow.ts'
import { drawContinuityReport } from './draw-continuity-report.ts'
import { examineServer, type Finding } from './examine-server.ts'
import { countOf } from './format-amounts.ts'
import { openPaint, type Paint } from './paint.ts'
import { readUrl, urlOption } from './server-url.ts'
import { columnsOf, fit, neutralise } from './terminal-text.ts'

interface Options extends MlflowOptions {
  readonly url?: string
  readonly continuity?: true
  readonly ignore?: readonly string[]
}

const defaultSinceMs = 3_600_000
const defaultTraces = 100

export function doctorCommand(context: CommandContext): Command {
  const command = addMlflowOptions(new Command('doctor'))
    .description('Look for what is wrong with a running server, and say what to do')
    .addOption(urlOption())
    .option(
      '--continuity',
      'instead: where recent traces passed from process to process, and where they broke',
    )
    .option(
      '--since <duration>',
      'with --continuity or --mlflow: traces that began in the last 30m, 1h, 2d … (default: 1h)',
      readSince,
    )
    .option(
      '--limit <traces>',
      'with --continuity or --mlflow: how many traces to look at, newest first (default: 100)',
      readLimit,
    )
    .option(
      '--ignore <words...>',
      'with --continuity: breaks that are known, by their reason, service or tool (of a server that is not yours)',
    )
    .option('--json', 'print what was found as one JSON object')
    .addHelpText(
      'after',
      `
Looks at the server, its readiness, its schema, its books, its queue and dead letters, and at what agents on this
machine could not deliver yet. With --continuity at calls between processes (docs/continuity.md).
Exits with 0 when nothing is wrong, with 1 when something is, with 2 when it was asked wrongly.

Examples:
  holdfast doctor
  holdfast doctor --continuity --since 30m
  holdfast doctor --continuity --ignore create_issue list_issues
  holdfast doctor --continuity --json | jq '.broken[] | .reason'

Settings: HOLDFAST_HOST and HOLDFAST_PORT make the default of --url; TELEMETRY_SPOOL_DIR is where agents here keep what
they could not deliver; NO_COLOR switches colours off.
${mlflowHelp}`,
    )
  return command.action(async (options: Options) => {
    const mistake = findMistake(options)
    if (mistake !== undefined) command.error(`error: ${mistake}`)
    const url = readUrl(context, options.url)
    if (options.mlflow !== undefined) await runMlflowComparison(context, url, options)
    else if (options.continuity === true) await runContinuity(context, url, options)
    else await runExamination(context, url, options.json === true)
  })
}

/** Options that do not go together. */
function findMistake(options: Options): string | undefined {
  const { continuity, mlflow, since, limit, experiment, service, ignore } = options
  if (continuity === true && mlflow !== undefined) return '--continuity and --mlflow are two examinations'
  if (mlflow === undefined && (experiment !== undefined || service !== undefined)) {
    return '--experiment and --service go with --mlflow'
  }
  if (continuity !== true && ignore !== undefined) return '--ignore goes with --continuity'
  if (continuity !== true && mlflow === undefined && (since !== undefined || limit !== undefined)) {
    return '--since and --limit go with --continuity or --mlflow'
  }
  return undefined
}

async function runExamination(context: CommandContext, url: string, json: boolean): Promise<void> {
  const findings = await examineServer(url, spoolDirectory(context.env))
  const wrong = findings.filter((finding) => finding.state === 'wrong')
  if (json) printJson(context, { url, healthy: wrong.length === 0, findings })
  else printLines(context, drawFindings(findings, openPaint(wantsColour(context))))
  if (wrong.length > 0) throw new CommandFailure(`${countOf(wrong.length, 'thing')} to look at`)
}

async function runContinuity(context: CommandContext, url: string, options: Options): Promise<void> {
  const { since = defaultSinceMs, limit = defaultTraces, ignore = [] } = options
  const report = await examineContinuity(url, { sinceMs: since, limit, ignore, now: new Date() })
  if (options.json === true) printJson(context, report)
  else printLines(context, drawContinuityReport(report, openPaint(wantsColour(context))))
  if (report.broken_count > 0) {
    throw new CommandFailure(
      `${countOf(report.broken_count, 'hop')} broken; docs/continuity.md says more about each reason`,
    )
  }
}

function drawFindings(findings: readonly Finding[], paint: Paint): string[] {
  const width = Math.max(...findings.map(({ check }) => columnsOf(check)))
  const marks = { ok: paint('green', '✓'), notice: paint('yellow', '!'), wrong: paint('red', '✗') }
  return findings.flatMap(({ check, state, says, what_to_do }) => [
    `${marks[state]} ${fit(neutralise(check), width)}  ${neutralise(says)}`,
    ...(what_to_do === null ? [] : [`${' '.repeat(width + 4)}→ ${neutralise(what_to_do)}`]),
  ])
}

const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function readSince(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (amount !== undefined && Number(amount) > 0) return Number(amount) * unitsMs[unit]!
  throw new InvalidArgumentError('It takes a duration such as 90s, 30m, 1h or 2d.')
}

function readLimit(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= 5000) return limit
  throw new InvalidArgumentError('It takes a whole number from 1 to 5000.')
}
