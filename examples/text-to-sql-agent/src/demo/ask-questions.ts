import { join } from 'node:path'
import type { QuestionOutcome } from '../agent/answer-question.ts'
import { DemoFailure } from './demo-failure.ts'
import type { Programs } from './programs.ts'
import type { DemoOptions } from './read-options.ts'

const agentProgram = join(import.meta.dirname, '..', 'agent', 'main.ts')

/** Runs the agent to its end; `heard` gets each answer as it comes. Resolves with why it could not go on, where it could not. */
export async function askQuestions(
  programs: Programs,
  {
    transport,
    engine,
    questions,
  }: Pick<DemoOptions, 'transport' | 'questions'> & { engine: 'spacy' | 'wink' },
  env: Readonly<Record<string, string>>,
  heard: (answer: QuestionOutcome) => void,
): Promise<DemoFailure | undefined> {
  const agent = programs.start({
    title: 'the agent',
    args: [agentProgram, '--json', '--transport', transport, '--engine', engine, '--', ...questions],
    env,
  })
  agent.lines.on('line', (line) => {
    if (line.startsWith('{')) heard(JSON.parse(line) as QuestionOutcome)
  })
  const how = await agent.ended
  if (how === 0) return undefined
  return new DemoFailure(`the agent could not go on (${how}): ${agent.lastWords()}`)
}
