import { join } from 'node:path'
import type { Programs } from './programs.ts'

export interface Model {
  /** For the agent. */
  readonly env: Readonly<Record<string, string>>
  /** What answers, for people. */
  readonly name: string
  /** What is to be known wherever tokens and dollars are shown. */
  readonly note?: string
}

/** The model that the environment names, else the stand-in, a program that answers by a script. */
export async function startModel(programs: Programs, env: Readonly<Record<string, string>>): Promise<Model> {
  if (env['OPENAI_BASE_URL'] || env['OPENAI_API_KEY']) {
    const model = env['OPENAI_MODEL'] || 'gpt-5-mini'
    return { env: {}, name: `${model} at ${env['OPENAI_BASE_URL'] || 'api.openai.com'}` }
  }
  const program = programs.start({
    title: 'the stand-in for a model',
    args: [join(import.meta.dirname, '..', 'model-stand-in', 'main.ts')],
    env,
  })
  const { url, model } = (await program.ready) as { url: string; model: string }
  return {
    // By its own name, so that no trace has a model's that was never asked.
    env: { OPENAI_BASE_URL: url, OPENAI_API_KEY: 'none', OPENAI_MODEL: model },
    name: `a STAND-IN at ${url}: it answers by a script, no model is asked`,
    note: `The model was a STAND-IN (${model}): its tokens are estimates, and cost is what ${model.replace('-stand-in', '')} would have taken for them. Nobody was charged.`,
  }
}
