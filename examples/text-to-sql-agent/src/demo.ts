// `make demo`: all of Holdfast at work, on this machine alone. Starts the programs in the order in which they need one another,
// lets the agent ask its questions, and shows what was recorded. However it ends, nothing that it started goes on.
import { join } from 'node:path'
import type { QuestionOutcome } from './agent/answer-question.ts'
import { openMusicDatabase } from './database/open-music-database.ts'
import { askQuestions } from './demo/ask-questions.ts'
import { DemoFailure } from './demo/demo-failure.ts'
import { describeEnd, describeStage } from './demo/describe-stage.ts'
import { describeWaitingSpans } from './demo/describe-waiting-spans.ts'
import { prepareEngine } from './demo/prepare-engine.ts'
import { programEnvironment, telemetryEnvironment } from './demo/program-environment.ts'
import { openPrograms } from './demo/programs.ts'
import { help, readOptions, type DemoOptions } from './demo/read-options.ts'
import { describeAnswer } from './demo/show-answers.ts'
import { startMcpServer } from './demo/mcp-server-program.ts'
import { startModel } from './demo/model-program.ts'
import { showRecords } from './demo/show-records.ts'
import { startHoldfast } from './demo/start-holdfast.ts'
import { hearStopSignals, type StopSignals } from './demo/stop-signals.ts'
import { wrapLine } from './demo/wrap-line.ts'

const say = (...lines: readonly string[]): void =>
  console.log(lines.map((line) => wrapLine(line, process.stdout.columns)).join('\n'))

async function runDemo(options: DemoOptions, stop: StopSignals): Promise<void> {
  const { transport, dataDir, questions } = options
  const [logsDir, spoolDir] = [join(dataDir, 'demo-logs'), join(dataDir, 'spool')]
  await using programs = openPrograms(logsDir, stop.signal)

  say('Starting Holdfast and what the agent needs …')
  const machine = programEnvironment(process.env)
  const [holdfast, engine] = await stop.unlessStopped(
    Promise.all([
      startHoldfast(programs, machine, dataDir),
      prepareEngine(options.engine, programs, machine, say),
    ]),
  )
  stop.stopIfEnds(holdfast.program)
  const database = await stop.unlessStopped(openMusicDatabase({ socketDir: holdfast.socketDir }))

  // Agent and MCP server are told the same about telemetry: that is what makes them one trace.
  const traced = { ...machine, ...telemetryEnvironment(holdfast.otlpGrpcUrl, spoolDir) }
  const [mcpServer, model] = await stop.unlessStopped(
    Promise.all([
      startMcpServer(programs, transport, { ...traced, CHINOOK_URL: database.readerUrl }),
      startModel(programs, machine),
    ]),
  )
  say(...describeStage({ holdfast, mcpServer, model, engine }))

  const answers: QuestionOutcome[] = []
  const hear = (answer: QuestionOutcome): void =>
    say(...describeAnswer(answers.push(answer), answer, holdfast.queryUrl))
  const agentEnv = { ...traced, ...mcpServer.env, ...model.env }
  const asking = askQuestions(programs, { transport, engine, questions }, agentEnv, hear)
  const gaveUp = await stop.unlessStopped(asking)
  const lost = await stop.unlessStopped(mcpServer.end())
  const recorder = { queryUrl: holdfast.queryUrl, note: model.note }
  if (answers.length > 0) await stop.unlessStopped(showRecords(recorder, answers, say, stop.signal))
  const waiting = await describeWaitingSpans(spoolDir, logsDir)
  if (waiting.length > 0) say('', ...waiting)
  const failure = lost ?? gaveUp ?? findNoAnswer(answers)
  if (failure !== undefined) throw failure
  if (!options.stays) return say('', ...describeEnd(dataDir))
  say('', `Holdfast goes on at ${holdfast.queryUrl}, with its data in ${dataDir}. Ctrl-C ends it.`)
  await stop.waitForSignal()
}

function findNoAnswer(answers: readonly QuestionOutcome[]): DemoFailure | undefined {
  if (answers.some(({ failure }) => failure === undefined)) return undefined
  return new DemoFailure('no question was answered; each says why')
}

async function main(): Promise<number> {
  try {
    const isAtTerminal = process.stdin.isTTY && process.stdout.isTTY
    const options = readOptions(process.argv.slice(2), process.env, isAtTerminal)
    if (options.help) say(help)
    else
      await runDemo(
        options,
        hearStopSignals(() => say('Stopping …')),
      )
    return 0
  } catch (error) {
    console.error(`demo: ${error instanceof DemoFailure ? error.message : explain(error)}`)
    return error instanceof DemoFailure ? error.exitCode : 1
  }
}

/** What nobody foresaw is told with its stack. */
function explain(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

const exitCode = await main()
// Not left to the event loop: whatever a library keeps open, a demo that is done ends. Pipes are written first.
process.stdout.write('', () => process.exit(exitCode))
