import type { BrokenHop, Continuity, HopSide } from '../query/contract.ts'
import { countOf, formatCount } from './format-amounts.ts'
import type { Paint } from './paint.ts'
import { neutralise } from './terminal-text.ts'

const maxBreaks = 10
const maxNameLength = 80

/** Lines below a trace: how many hops joined, by reason those that broke and what to do, and what cannot be told yet. */
export function drawContinuity(continuity: Continuity, paint: Paint): string[] {
  const { joined, joined_count, broken, broken_count, undecided, undecided_count } = continuity
  const lines = [
    ...(joined_count > 0 ? [`${countOf(joined_count, 'hop')} joined${describeCarriers(joined)}`] : []),
    // In the server's words: it may be of a later version and know reasons that are not known here.
    ...[...Map.groupBy(broken.slice(0, maxBreaks), ({ reason }) => reason).values()].flatMap((hops) =>
      drawBreaks(hops, paint),
    ),
    ...(broken_count > maxBreaks
      ? [
          `${countOf(broken_count - maxBreaks, 'more break')}; --json has ${broken.length < broken_count ? `the first ${formatCount(broken.length)}` : 'them'}`,
        ]
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

/** @param hops of one reason, at least one */
function drawBreaks(hops: readonly BrokenHop[], paint: Paint): string[] {
  const { reason, meaning, what_to_do } = hops[0]!
  return [
    `${paint('red', '✗')} ${paint('red', neutralise(reason))}: ${neutralise(meaning)}`,
    ...hops.map(describeBreak),
    `  → ${neutralise(what_to_do)}`,
  ]
}

function describeBreak({ from, to, affected_spans, likely_other_half }: BrokenHop): string {
  const spans = affected_spans > 1 ? ` (${countOf(affected_spans, 'span')})` : ''
  const half = likely_other_half === null ? '' : `; its other half is likely trace ${likely_other_half}`
  return `    ${describeSide(from)} → ${describeSide(to)}${spans}${half}`
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

function whyUndecided({ because, from }: Continuity['undecided'][number]): string {
  if (because === 'running') return from === null ? 'below a parent that may still run' : 'still running'
  const words: Readonly<Record<string, string>> = {
    too_recent: 'just ended',
    call_failed: 'failed before they were answered',
    no_mcp_request: 'reached a service that tells no MCP request',
  }
  return words[because] ?? neutralise(because)
}
