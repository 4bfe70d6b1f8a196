import type { Journey } from '../query/contract.ts'
import { countOf } from './format-amounts.ts'

const whatToDo: Record<Journey['state'], string> = {
  never_seen: "check the id, and where the exporter sends to; `holdfast status` shows this server's books",
  pending: 'ask again in a moment; `holdfast status` shows how much waits',
  retrying: '`holdfast queue ls --state retrying` shows the reasons; it is tried again by itself',
  persisted: 'it was persisted just now: ask again',
  dead: 'look at the reason, and at otel.dead_letters for what was parked; its bytes are kept',
}

/** Why a trace cannot be shown, from what became of its payloads: lines for a person. */
export function explainAbsence({ trace_id, state, explanation, payloads }: Journey): string[] {
  const reasons = payloads
    .filter((payload) => payload.error_code !== null)
    .map(({ error_code, error_message }) => `${error_code}: ${error_message ?? ''}`)
  const received = payloads[0]?.received_at
  return [
    `no span of trace ${trace_id} can be shown`,
    `${state.replace('_', ' ')}: ${explanation}`,
    ...(received === undefined ? [] : [`${countOf(payloads.length, 'payload')}, the first of ${received}`]),
    ...new Set(reasons),
    whatToDo[state],
  ]
}
