import type { NlpEngine } from '../nlp-engine.ts'

/** How spaCy's process is, for people and tests. */
export interface SpacyStatus {
  /** `working`: it is there. `restarting`: it was lost, or is starting. */
  readonly state: 'working' | 'restarting' | 'closed'
  readonly pid: number | undefined
  /** How often it was started. */
  readonly starts: number
  /** Why the last one was lost. */
  readonly lastLoss: string | undefined
  readonly waitingQuestions: number
  readonly spacyVersion: string
  readonly modelVersion: string
  readonly pythonVersion: string
}

/** An engine that can say how its process is. */
export interface SpacyEngine extends NlpEngine {
  readonly name: 'spacy'
  readonly status: SpacyStatus
}
