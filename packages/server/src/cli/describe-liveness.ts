import { parseInstant } from '../query/instant.ts'

export interface Liveness {
  readonly silent: boolean
  readonly last_heard_at: string | null
}

/** Of what runs, in words: `running`, or `silent for 4 min`. */
export function describeLiveness({ silent, last_heard_at }: Liveness, now: Date): string {
  const heard = last_heard_at === null ? undefined : parseInstant(last_heard_at)
  if (!silent || heard === undefined) return 'running'
  const minutes = Math.max(1, Math.floor((now.getTime() - Number(heard / 1_000_000n)) / 60_000))
  if (minutes < 120) return `silent for ${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `silent for ${hours} h` : `silent for ${Math.floor(hours / 24)} days`
}
