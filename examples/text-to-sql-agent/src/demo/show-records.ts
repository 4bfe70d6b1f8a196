// What Holdfast recorded of the questions, when all of it can be found.
import { spawn } from 'node:child_process'
import type { QuestionOutcome } from '../agent/answer-question.ts'
import { readFingerprints, readTrace, waitUntilStored, type RecordedTrace } from './ask-holdfast.ts'
import { describeFingerprints, describeTraces } from './show-answers.ts'
import { holdfast } from './start-holdfast.ts'

export async function showRecords(
  queryUrl: string,
  answers: readonly QuestionOutcome[],
  say: (...lines: readonly string[]) => void,
  signal: AbortSignal,
): Promise<void> {
  await waitUntilStored(queryUrl, signal)
  const traces: { outcome: QuestionOutcome; recorded: RecordedTrace }[] = []
  for (const outcome of answers) {
    traces.push({ outcome, recorded: await readTrace(queryUrl, outcome.traceId) })
  }
  say('', 'What Holdfast recorded', '', ...describeTraces(queryUrl, traces))
  const asked = await readFingerprints(queryUrl)
  say('', `What was asked in the last 24 hours, in any words (${queryUrl}/api/v1/stats/fingerprints)`, '')
  say(...describeFingerprints(asked))
  // One that was corrected has most to show.
  const shown = answers.find(({ attempts, failure }) => failure === undefined && attempts > 1) ?? answers[0]
  if (shown === undefined) return
  const command = ['trace', shown.traceId, '--url', queryUrl]
  say('', `One of them, as drawn by: npm run --silent holdfast -- ${command.join(' ')}`, '')
  await runHoldfast(command)
}

/** Into this program's own output, so that the command sees how wide that is and whether it has colours. */
async function runHoldfast(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [holdfast, ...args], { stdio: ['ignore', 'inherit', 'inherit'] })
  await new Promise((done, fail) => child.once('error', fail).once('close', done))
}
