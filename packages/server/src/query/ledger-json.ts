import type { LedgerLine } from '../queue/ledger.ts'
import type { Ledger, LedgerAccount } from './contract.ts'

/** The books with their verdict. `lines` come from one snapshot, so the verdict is about one moment. */
export function ledgerToJson(lines: readonly LedgerLine[]): Ledger {
  const payloads = accountOf(lines, 'payloads')
  const spans = accountOf(lines, 'spans')
  return { balanced: payloads.balanced && spans.balanced, payloads, spans }
}

function accountOf(lines: readonly LedgerLine[], unit: LedgerLine['unit']): LedgerAccount {
  const line = lines.find((candidate) => candidate.unit === unit)
  if (line === undefined) throw new Error(`the ledger has no line for ${unit}`)
  const { accepted, stored, duplicate, replaced, pending, dead, discarded, expired } = line
  return {
    accepted: Number(accepted),
    stored: Number(stored),
    duplicate: Number(duplicate),
    replaced: Number(replaced),
    pending: Number(pending),
    dead: Number(dead),
    discarded: Number(discarded),
    expired: Number(expired),
    balanced: accepted === stored + duplicate + replaced + pending + dead + discarded + expired,
  }
}
