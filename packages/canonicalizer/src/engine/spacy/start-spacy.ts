// Starts spaCy's process as far as it can be asked: ready, and with its first set of patterns.
import type { PatternSet } from '../../patterns/pattern-set.ts'
import { EngineError } from '../nlp-engine.ts'
import { installAdvice } from './find-python.ts'
import { ProcessLost } from './process-lost.ts'
import { readReady, readSlice, writeFirstSlice, writeNextSlice, type Ready } from './protocol.ts'
import type { SpacyLimits } from './spacy-options.ts'
import type { SpacyCommand, SpacyProcess } from './spacy-process.ts'
import { findWorkerFile } from './worker-files.ts'

/** The process limits itself too, by the kernel: a hung one whose parent is gone would stay for ever. */
const ownLimitFactor = 2

/** The command line of python/spacy_worker.py. */
export function spacyCommand(python: string, model: string, limits: SpacyLimits): SpacyCommand {
  const seconds = (ms: number): string => String((ownLimitFactor * ms) / 1_000)
  // -I: neither PYTHONPATH nor the user's own packages get in. -u: nothing waits in a buffer.
  const isolated = ['-I', '-u', '-X', 'utf8']
  const worker = findWorkerFile('spacy_worker.py')
  return {
    command: python,
    args: [...isolated, worker, model, seconds(limits.startTimeoutMs), seconds(limits.hungAfterMs)],
  }
}

/** Resolves when it is ready. Rejects with ProcessLost, whose message holds the end of what it said on stderr. */
export async function waitUntilReady(process: SpacyProcess, limits: SpacyLimits): Promise<Ready> {
  try {
    return await process.waitUntilReady(readReady, limits.startTimeoutMs)
  } catch (error) {
    if (!(error instanceof ProcessLost)) throw error
    await process.lost // so that all it said is there
    throw new ProcessLost([error.message, process.startingStderr].filter(Boolean).join('\n'))
  }
}

/**
 * Has the next part of a set loaded, some 50 ms of work, and says whether that was the last: then the set is in force. Rejects
 * with an EngineError (`ENGINE_PATTERNS`) that names the line when it is not taken, or with ProcessLost.
 */
export async function loadSlice(
  process: SpacyProcess,
  set: PatternSet,
  isFirst: boolean,
  limits: SpacyLimits,
): Promise<boolean> {
  const id = process.nextId()
  const outcome = await process.ask(
    isFirst ? writeFirstSlice(id, set) : writeNextSlice(id),
    (answer) => readSlice(id, answer),
    limits.startTimeoutMs,
  )
  if (outcome.kind !== 'refused') return outcome.kind === 'taken'
  const pattern = set.patterns[outcome.patternIndex ?? -1]
  const where = pattern === undefined ? 'the patterns' : `${pattern.source}:${pattern.line}`
  throw new EngineError('ENGINE_PATTERNS', `spaCy does not take ${where}: ${outcome.reason}`)
}

/** The whole set, of a process that nobody asks yet. */
export async function loadPatterns(
  process: SpacyProcess,
  set: PatternSet,
  limits: SpacyLimits,
): Promise<void> {
  for (let isFirst = true; !(await loadSlice(process, set, isFirst, limits)); isFirst = false);
}

/** What went wrong at the first start, and what to do, for people. */
export function startFailure(python: string, model: string, lost: ProcessLost): EngineError {
  const isMissing = /ModuleNotFoundError|\[E050\]|cannot be started/.test(lost.message)
  const advice = isMissing ? `\nTo mend it: ${installAdvice}` : ''
  return new EngineError(
    'ENGINE_GONE',
    `spaCy (${model}) does not start with ${python}: ${lost.message}${advice}`,
    { cause: lost },
  )
}
