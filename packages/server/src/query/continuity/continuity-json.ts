import type { SpanRow } from '../../store/trace-store.ts'
import type { Continuity as ContinuityJson, HopSide } from '../contract.ts'
import { breakReasons } from './break-reasons.ts'
import type { Continuity } from './evaluate-continuity.ts'

/** Of each list in an answer; the counts are of all. */
export const maxHopsTold = 1000

export interface ContinuityFacts {
  readonly checkedSpans: number
  readonly isComplete: boolean
  /** Trace ids by the id of the span whose other side is missing. */
  readonly otherHalves: ReadonlyMap<string, string>
}

export function continuityToJson(
  { joined, broken, undecided }: Continuity<SpanRow>,
  { checkedSpans, isComplete, otherHalves }: ContinuityFacts,
): ContinuityJson {
  return {
    checked_spans: checkedSpans,
    complete: isComplete,
    joined_count: joined.length,
    broken_count: broken.length,
    undecided_count: undecided.length,
    joined: joined.slice(0, maxHopsTold).map(({ from, to }) => hopToJson(from, to)),
    broken: broken.slice(0, maxHopsTold).map(({ reason, from, to, affectedSpans }) => ({
      reason,
      meaning: breakReasons[reason].meaning,
      what_to_do: breakReasons[reason].whatToDo,
      ...hopToJson(from, to),
      affected_spans: affectedSpans,
      likely_other_half: otherHalves.get((from ?? to)!.spanId) ?? null,
    })),
    undecided: undecided
      .slice(0, maxHopsTold)
      .map(({ because, from, to }) => ({ because, ...hopToJson(from, to) })),
  }
}

/** The called side knows best what carried the context, and both know what was called. */
function hopToJson<F extends SpanRow | undefined, T extends SpanRow | undefined>(from: F, to: T) {
  return {
    from: sideToJson(from),
    to: sideToJson(to),
    mcp_method: to?.mcpMethod ?? from?.mcpMethod ?? null,
    tool: to?.tool ?? from?.tool ?? null,
    carrier: to?.contextCarrier ?? null,
  }
}

function sideToJson<S extends SpanRow | undefined>(span: S): S extends SpanRow ? HopSide : HopSide | null {
  const side =
    span === undefined ? null : { span_id: span.spanId, name: span.name, service_name: span.serviceName }
  return side as S extends SpanRow ? HopSide : HopSide | null
}
