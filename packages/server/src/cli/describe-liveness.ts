import { parseInstant } from '../query/instant.ts'
import { formatDuration } from './format-amounts.ts'

export interface Liveness {
  readonly start_time: string
  readonly silent: boolean
  readonly last_heard_at: string | null
}

/** Of what runs, in words: `running for 4 m 10 s`, or `silent for 4 min`. */
export function describeLiveness({ start_time, silent, last_heard_at }: Liveness, now: Date): string {
  const heard = last_heard_at === null ? undefined : parseInstant(last_heard_at)
  if (!silent || heard === undefined) {
    const ms = msSince(parseInstant(start_time), now)
    return ms > 0 ? `running for ${formatDuration(ms)}` : 'running'
  }
  const minutes = Math.max(1, Math.floor(msSince(heard, now) / 60_000))
  if (minutes < 120) return `silent for ${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `silent for ${hours} h` : `silent for ${Math.floor(hours / 24)} days`
}

function msSince(instant: bigint | undefined, now: Date): number {
  return instant === undefined ? 0 : now.getTime() - Number(instant / 1_000_000n)
}
