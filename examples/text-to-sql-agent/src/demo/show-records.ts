// What Holdfast recorded of the questions, when all of it can be found.
import { spawn } from 'node:child_process'
import { readTrace, waitUntilStored } from './ask-holdfast.ts'
import { describeTraces, type Answer } from './show-answers.ts'
import { traceCommand } from './start-holdfast.ts'

export async function showRecords(
  queryUrl: string,
  answers: readonly Answer[],
  say: (...lines: readonly string[]) => void,
  signal: AbortSignal,
): Promise<void> {
  await waitUntilStored(queryUrl, signal)
  const traces = await Promise.all(
    answers.map(async (answer) => ({ answer, recorded: await readTrace(queryUrl, answer.traceId) })),
  )
  say('', 'What Holdfast recorded', '', ...describeTraces(queryUrl, traces))
  // One that was corrected has most to show.
  const shown = answers.find(({ attempts, failure }) => failure === undefined && attempts > 1) ?? answers[0]
  if (shown === undefined) return
  say('', `holdfast trace ${shown.traceId}`, '')
  await drawTrace(queryUrl, shown.traceId)
}

/** Into this program's own output, so that the command sees how wide that is and whether it has colours. */
async function drawTrace(queryUrl: string, traceId: string): Promise<void> {
  const child = spawn(process.execPath, traceCommand(queryUrl, traceId), {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  await new Promise((done, fail) => child.once('error', fail).once('close', done))
}
