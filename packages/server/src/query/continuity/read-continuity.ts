/**
 * The continuity of one trace, with what the store knows beyond it: which operations are called by others, and where the
 * other half of a broken hop may lie. Bounded in spans, operations and searches. Called by the route of a trace.
 */
import type { ReadOptions, SpanRow, TraceStore } from '../../store/trace-store.ts'
import type { TraceSummary } from '../../trace/trace-summary.ts'
import type { Continuity } from '../contract.ts'
import { readWithin } from '../read-within.ts'
import type { CalledOperations } from './called-operations.ts'
import { continuityToJson } from './continuity-json.ts'
import { evaluateContinuity, findSuspectOperations } from './evaluate-continuity.ts'
import { findOtherHalf } from './find-other-half.ts'
import type { BrokenHop } from './hop.ts'

/** Spans that are looked at; a longer trace is judged by its first ones. */
export const maxSpansChecked = 10_000

const maxSuspects = 5
const maxSearches = 5

// For each of the two questions that need other traces; without an answer to them a trace is judged by itself.
const limitMs = 2000

export interface SpansToJudge {
  readonly trace: TraceSummary
  /** By start; one more than `maxSpansChecked` says that there are more. */
  readonly spans: readonly SpanRow[]
  readonly now: Date
}

export async function readContinuity(
  store: TraceStore,
  calledOperations: CalledOperations,
  { trace, spans, now }: SpansToJudge,
  options: ReadOptions,
): Promise<Continuity> {
  const checked = spans.slice(0, maxSpansChecked)
  const isComplete = checked.length === spans.length
  const suspects = findSuspectOperations(checked, maxSuspects)
  const called = await readWithin(limitMs, options, (within) => calledOperations.findCalled(suspects, within))
  const found = evaluateContinuity(checked, {
    isComplete,
    now,
    lastHeardAt: trace.lastHeardAt,
    calledOperations: called ?? new Set(),
  })
  const otherHalves = new Map<string, string>()
  await readWithin(limitMs, options, (within) =>
    findOtherHalves(store, trace.traceId, found.broken, otherHalves, within),
  )
  return continuityToJson(found, { checkedSpans: checked.length, isComplete, otherHalves })
}

/** Of the first broken hops, into `otherHalves`: what is found before the time is up stays. */
async function findOtherHalves(
  store: TraceStore,
  traceId: string,
  broken: readonly BrokenHop<SpanRow>[],
  otherHalves: Map<string, string>,
  options: ReadOptions,
): Promise<void> {
  const used = new Set([traceId])
  for (const hop of broken.slice(0, maxSearches)) {
    const half = await findOtherHalf(store, hop, used, options)
    if (half === undefined) continue
    used.add(half)
    otherHalves.set((hop.from ?? hop.to!).spanId, half)
  }
}
