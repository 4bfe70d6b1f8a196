// spaCy as an engine: a Python process that this room starts, feeds, watches and replaces.
//
//   question ─► queue (bounded) ─► batch of up to 32 ─► spaCy's process ─► answer
//                  ▲ once more, alone                        │ dies, hangs, writes nonsense
//                  └───────────── restart, with backoff ◄────┘
//
// It guarantees, besides what engine/nlp-engine.ts says: every call settles, whatever the process does. A question that
// was with a process when that was lost is asked once more, alone; if that process is lost as well it is rejected with
// `ENGINE_GONE`, and refused for ten minutes. A set of patterns is loaded aside, a slice
// between two batches, and swapped in as a whole; a restarted process gets the set in force before its first question. The process ends with this one, however that ends, and does not
// keep it alive while nobody waits. Words of questions are on no command line, in no message, in no file.
//
// Refuses: to open when spaCy is not installed or does not start, with what to do. Called by open-canonicalizer.ts.
import { noPatterns } from '../../patterns/parse-patterns.ts'
import { needSpacyPython } from './find-python.ts'
import { keepAlive } from './keep-alive.ts'
import { ProcessLost } from './process-lost.ts'
import type { SpacyEngine } from './spacy-engine.ts'
import { defaultLimits, defaultModel, type SpacyOptions } from './spacy-options.ts'
import { SpacyProcess } from './spacy-process.ts'
import { SpacySupervisor } from './spacy-supervisor.ts'
import { loadPatterns, spacyCommand, startFailure, waitUntilReady } from './start-spacy.ts'

/**
 * Starts spaCy; about a second. Rejects with an EngineError: `ENGINE_GONE` when it is not installed or does not start,
 * `ENGINE_PATTERNS` when it does not take the patterns.
 */
export async function openSpacyEngine(options: SpacyOptions = {}): Promise<SpacyEngine> {
  const limits = { ...defaultLimits, ...options.limits }
  const python = options.python ?? needSpacyPython()
  const model = options.model ?? defaultModel
  const command = spacyCommand(python, model, limits)
  const process = new SpacyProcess(command)
  const letGo = keepAlive() // the process itself does not; the caller waits here
  try {
    const ready = await waitUntilReady(process, limits)
    const patterns = options.patterns ?? noPatterns
    if (patterns.patterns.length > 0) await loadPatterns(process, patterns, limits)
    return new SpacySupervisor({ command, limits, process, ready, patterns })
  } catch (error) {
    process.kill('it is not needed')
    throw error instanceof ProcessLost ? startFailure(python, model, error) : error
  } finally {
    letGo()
  }
}
