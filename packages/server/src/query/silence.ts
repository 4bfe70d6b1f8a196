// Agents say every half minute that a span still runs (packages/telemetry). Three of those missed is silence.
const silentAfterMs = 90_000

/**
 * Whether something that runs has not been heard of for too long: its process may be gone.
 * @param lastHeardAt when the newest copy of it was received, by the server's clock; undefined: nothing runs
 */
export function isSilent(lastHeardAt: Date | undefined, now: Date): boolean {
  return lastHeardAt !== undefined && now.getTime() - lastHeardAt.getTime() >= silentAfterMs
}
