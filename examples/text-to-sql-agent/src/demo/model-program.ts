import { join } from 'node:path'
import type { Programs } from './programs.ts'

export interface Model {
  /** For the agent. */
  readonly env: Readonly<Record<string, string>>
  /** What answers, for people. */
  readonly name: string
}

/** The model that the environment names, else the stand-in, a program that answers by a script. */
export async function startModel(programs: Programs, env: Readonly<Record<string, string>>): Promise<Model> {
  if (env['OPENAI_BASE_URL'] || env['OPENAI_API_KEY']) {
    const model = env['OPENAI_MODEL'] ?? "the agent's default model"
    return { env: {}, name: `${model} at ${env['OPENAI_BASE_URL'] || 'api.openai.com'}` }
  }
  const program = programs.start({
    title: 'the stand-in for a model',
    args: [join(import.meta.dirname, '..', 'model-stand-in', 'main.ts')],
    env,
  })
  const url = String((await program.ready)['url'])
  return {
    env: { OPENAI_BASE_URL: url, OPENAI_API_KEY: 'none' },
    name: `a STAND-IN at ${url}: it answers by a script, no model is asked`,
  }
}
