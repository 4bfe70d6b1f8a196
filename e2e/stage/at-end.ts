import type { TestContext } from 'node:test'

const stacks = new WeakMap<TestContext, AsyncDisposableStack>()

/** Runs `clean` when the test has ended, however it ended; what was registered last runs first. */
export function atEnd(t: TestContext, clean: () => Promise<void> | void): void {
  let stack = stacks.get(t)
  if (stack === undefined) {
    const created = new AsyncDisposableStack()
    stacks.set(t, created)
    t.after(() => created.disposeAsync())
    stack = created
  }
  stack.defer(clean)
}
