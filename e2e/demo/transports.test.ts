// The demo over the other transports, with the engine that needs no Python: the same traces.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeTemporaryDirectory } from '../stage/temporary-directory.ts'
import { checkTokens, checkTree, readAsked } from './check-traces.ts'
import { startDemo } from './demo-process.ts'

for (const transport of ['sse', 'stdio']) {
  test(`over ${transport}, with wink, each question is one trace over both processes`, async (t) => {
    const args = ['--transport', transport, '--engine', 'wink', '--stay']
    const { child, queryUrl } = startDemo(t, await makeTemporaryDirectory(t), args)
    await child.waitForLine((line) => (line.startsWith('Holdfast goes on at') ? line : undefined))
    for (const question of await readAsked(await queryUrl, child.stdout())) {
      checkTree(question, 'wink')
      checkTokens(question)
    }
    child.kill('SIGTERM')
    assert.deepEqual(await child.exited, { code: 0, signal: null })
  })
}
