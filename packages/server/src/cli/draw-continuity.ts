import type { BrokenHop, Continuity, HopSide } from '../query/contract.ts'
import { countOf, formatCount } from './format-amounts.ts'
import type { Paint } from './paint.ts'
import { neutralise } from './terminal-text.ts'

const maxBreaks = 10
const maxNameLength = 80

/** Lines below a trace: how many hops joined, one line a break with what to do below it, and what cannot be told yet. */
export function drawContinuity(continuity: Continuity, paint: Paint): string[] {
  const { joined, joined_count, broken, broken_count, undecided, undecided_count } = continuity
  const lines = [
    ...(joined_count > 0 ? [`${countOf(joined_count, 'hop')} joined${describeCarriers(joined)}`] : []),
    ...broken.slice(0, maxBreaks).flatMap((hop) => drawBreak(hop, paint)),
    ...(broken_count > maxBreaks
      ? [`${countOf(broken_count - maxBreaks, 'more break')}; --json has them`]
      : []),
    ...(undecided_count > 0
      ? [
          `${countOf(undecided_count, 'hop')} undecided: ${[...new Set(undecided.map(whyUndecided))].join(', ')}`,
        ]
      : []),
    ...(continuity.complete
      ? []
      : [`of its calls only those in the first ${formatCount(continuity.checked_spans)} spans were judged`]),
  ]
  return lines.length === 0 ? [] : ['', ...lines]
}

function drawBreak(hop: BrokenHop, paint: Paint): string[] {
  const { reason, meaning, what_to_do, likely_other_half, affected_spans } = hop
  const sides = `${describeSide(hop.from)} → ${describeSide(hop.to)}`
  const spans = affected_spans > 1 ? ` (${countOf(affected_spans, 'span')})` : ''
  return [
    `${paint('red', '✗')} ${sides}${spans}: ${paint('red', neutralise(reason))}: ${neutralise(meaning)}`,
    ...(likely_other_half === null ? [] : [`  its other half is likely trace ${likely_other_half}`]),
    `  → ${neutralise(what_to_do)}`,
  ]
}

function describeSide(side: HopSide | null): string {
  if (side === null) return '?'
  return [side.service_name, side.name].map((text) => neutralise(text.slice(0, maxNameLength))).join(' › ')
}

function describeCarriers(joined: Continuity['joined']): string {
  const counts = new Map<string, number>()
  for (const { carrier } of joined) {
    if (carrier !== null) counts.set(carrier, (counts.get(carrier) ?? 0) + 1)
  }
  const parts = [...counts].map(
    ([carrier, count]) => `${neutralise(carrier.slice(0, maxNameLength))} ${formatCount(count)}`,
  )
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

function whyUndecided({ because }: Continuity['undecided'][number]): string {
  const words: Readonly<Record<string, string>> = {
    running: 'still running',
    too_recent: 'just ended',
    call_failed: 'failed before they were answered',
  }
  return words[because] ?? because
}
