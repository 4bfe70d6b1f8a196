import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

const cleanings = new WeakMap<TestContext, (() => unknown)[]>()

/** Runs `clean` when the test has ended; what was registered last runs first. */
export function atEnd(t: TestContext, clean: () => unknown): void {
  const known = cleanings.get(t)
  if (known !== undefined) return void known.push(clean)
  const stack = [clean]
  cleanings.set(t, stack)
  t.after(async () => {
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) await next()
  })
}

/** A folder of the test's own, with spaces in its path. */
export async function makeFolder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast telemetry '))
  atEnd(t, () => rm(dir, { recursive: true, force: true }))
  return dir
}

/** Gives up long before a test's own timeout, so that what the test has registered to clean up is cleaned up. */
const patienceMs = 30_000

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + patienceMs
  while (!(await condition())) {
    if (performance.now() > endMs)
      throw new Error(`still not so after ${patienceMs} ms: ${String(condition)}`)
    await delay(2)
  }
}
