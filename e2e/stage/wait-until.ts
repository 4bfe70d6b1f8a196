import { setTimeout as delay } from 'node:timers/promises'

/** Resolves once `condition` holds. Unbounded: the test's own timeout is the only clock. */
export async function waitUntil(condition: () => boolean | Promise<boolean>, pauseMs = 20): Promise<void> {
  while (!(await condition())) await delay(pauseMs)
}
