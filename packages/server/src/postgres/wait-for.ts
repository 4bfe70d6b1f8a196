import { setTimeout as delay } from 'node:timers/promises'

/** Resolves once `condition` holds. For tests: unbounded, so that the runner's timeout is the only clock. */
export async function waitFor(condition: () => boolean | Promise<boolean>, pauseMs = 10): Promise<void> {
  while (!(await condition())) await delay(pauseMs)
}
