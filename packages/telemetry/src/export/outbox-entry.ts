import type { ExportRequest } from './export-request.ts'

/**
 * The life of a request, from when it is taken:
 *
 *              in memory   under way   a file of it
 *   waiting    yes         no          no
 *   saving     yes         no          being written
 *   sending    yes         yes         no, or being written
 *   copied     yes         yes         yes
 *   left       no          no          yes: it is the spool's, and nobody here touches it again
 *   settled    no          no          no; one that there was, or that is being written, goes
 *
 *   waiting ─► sending ─► settled       a pass through the gate; the server's answer, yes or no
 *              sending ─► waiting       no answer, or not now
 *   waiting ─► saving  ─► left          written because the target is away, memory is full, or somebody flushes
 *              saving  ─► waiting       the disk did not take it
 *              sending ─► copied        written while under way: by a flush, for its age, or at the end
 *              sending ─► saving        no answer while it is being written
 *                         copied  ─► settled | left    the answer, or none
 *   waiting ─► left                     written at once, at the end of the process; `saving` likewise
 *   waiting, saving, sending ─► settled dropped and counted: over a bound, or lost at the end
 *
 * `left` and `settled` are final: whoever comes second (an answer after the end, a write that was overtaken) changes
 * nothing, and counts nothing.
 */
export type EntryState = 'waiting' | 'saving' | 'sending' | 'copied' | 'left' | 'settled'

const following: Readonly<Record<EntryState, readonly EntryState[]>> = {
  waiting: ['sending', 'saving', 'left', 'settled'],
  saving: ['left', 'waiting', 'settled'],
  sending: ['settled', 'waiting', 'saving', 'copied'],
  copied: ['settled', 'left'],
  left: [],
  settled: [],
}

/** A request in memory. */
export interface OutboxEntry {
  readonly request: ExportRequest
  /** Unlike any other here. */
  readonly id: number
  /** By performance.now(). */
  readonly takenMs: number
  /** Its name on disk, once somebody wants to write it: it holds a checksum, which nobody else needs. */
  name: string | undefined
  /** Its place among those that wait. */
  order: number
  /** Set by the outbox alone, which keeps the books by it. */
  state: EntryState
  /** A write is under way, whatever became of the request meanwhile: until it ends, its name belongs to it. */
  isBeingWritten: boolean
}

export function mayBecome({ state }: OutboxEntry, next: EntryState): boolean {
  return following[state].includes(next)
}

/** A kill -9 now would lose it. */
export function isOnlyInMemory({ state }: OutboxEntry): boolean {
  return state === 'waiting' || state === 'saving' || state === 'sending'
}

export function isFinal({ state }: OutboxEntry): boolean {
  return following[state].length === 0
}
