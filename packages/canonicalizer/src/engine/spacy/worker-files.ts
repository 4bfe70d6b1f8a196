// Where this package's Python files are: beside `src` in the repository, beside `dist` where it is installed.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { EngineError } from '../nlp-engine.ts'

/** The path of one of them. Throws an EngineError when it is not there, as after bundling this package into a program. */
export function findWorkerFile(name: 'spacy_worker.py' | 'make_environment.py' | 'requirements.txt'): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'python', name)
    if (existsSync(path)) return path
  }
  throw new EngineError(
    'ENGINE_GONE',
    `@holdfast/canonicalizer's python/${name} is not above ${import.meta.dirname}: was the package bundled? Leave it external.`,
  )
}
