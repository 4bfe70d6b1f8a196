// What Holdfast recorded of the questions, when all of it can be found.
import { spawn } from 'node:child_process'
import type { QuestionOutcome } from '../agent/answer-question.ts'
import { readFingerprints, readTrace, waitUntilStored, type RecordedTrace } from './ask-holdfast.ts'
import { describeFingerprints, describeTraces } from './show-answers.ts'
import { holdfast } from './start-holdfast.ts'

interface Recorder {
  readonly queryUrl: string
  /** What is to be known of tokens and dollars. */
  readonly note: string | undefined
}

export async function showRecords(
  { queryUrl, note }: Recorder,
  answers: readonly QuestionOutcome[],
  say: (...lines: readonly string[]) => void,
  signal: AbortSignal,
): Promise<void> {
  await waitUntilStored(queryUrl, signal)
  const traces: { outcome: QuestionOutcome; recorded: RecordedTrace }[] = []
  for (const outcome of answers) {
    traces.push({ outcome, recorded: await readTrace(queryUrl, outcome.traceId) })
  }
  const { columns } = process.stdout
  const notes = note === undefined ? [] : [note]
  say('', 'What Holdfast recorded, with tokens in and out', ...notes)
  say(`Each can be drawn: ${drawing('TRACE', queryUrl)}`, '', ...describeTraces(traces, columns))
  const asked = await readFingerprints(queryUrl)
  say(
    '',
    'What was asked in the last 24 hours, in any words, and the change to the day before',
    `${queryUrl}/api/v1/stats/fingerprints`,
    ...notes,
    '',
  )
  say(...describeFingerprints(asked, columns))
  // One that was corrected has most to show.
  const shown = [...answers].sort((a, b) => rank(b) - rank(a))[0]
  if (shown === undefined) return
  say('', 'One of them, as drawn by', drawing(shown.traceId, queryUrl), '')
  await runHoldfast(['trace', shown.traceId, '--url', queryUrl])
}

function rank({ failure, attempts }: QuestionOutcome): number {
  return failure === undefined ? attempts : 0
}

function drawing(traceId: string, queryUrl: string): string {
  return `npm run --silent holdfast -- trace ${traceId} --url ${queryUrl}`
}

/** Into this program's own output, so that the command sees how wide that is and whether it has colours. */
async function runHoldfast(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [holdfast, ...args], { stdio: ['ignore', 'inherit', 'inherit'] })
  await new Promise((done, fail) => child.once('error', fail).once('close', done))
}
