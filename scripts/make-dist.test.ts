import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { makeDist } from './make-dist.ts'

test('a build is repeated only after a change of what it is made of', async (t) => {
  const { write, build, built } = makeRepository(t)
  await build('first')
  await build('nothing changed')
  assert.equal(built(), 'first')
  write('packages/one/src/a.test.ts', 'another test')
  await build('a test changed')
  assert.equal(built(), 'first')
  write('packages/one/src/a.ts', 'more')
  await build('a source changed')
  assert.equal(built(), 'a source changed')
  write('package-lock.json', 'another compiler')
  await build('the lock changed')
  assert.equal(built(), 'the lock changed')
})

test('what was deleted is made anew, the license too', async (t) => {
  const { root, build, built } = makeRepository(t)
  await build('first')
  rmSync(join(root, 'packages/one/LICENSE'))
  await build('without license')
  assert.equal(readFileSync(join(root, 'packages/one/LICENSE'), 'utf8'), 'a license')
  rmSync(join(root, 'packages/one/dist'), { recursive: true })
  await build('without dist')
  assert.equal(built(), 'without dist')
})

test('a build that fails leaves the one before, and is tried again', async (t) => {
  const { root, write, build, built } = makeRepository(t)
  await build('first')
  write('packages/one/src/a.ts', 'does not compile')
  const fail = (draft: string): never => {
    writeFileSync(join(draft, 'index.js'), 'half')
    throw new Error('does not compile')
  }
  await assert.rejects(makeDist('one', fail, root), /does not compile/)
  assert.equal(built(), 'first')
  assert.deepEqual(readdirSync(join(root, 'packages/one/.cache')), ['dist-made-of'])
  await build('second')
  assert.equal(built(), 'second')
})

test('a build that was overtaken by one of the same leaves that in its place', async (t) => {
  const { root, build, built } = makeRepository(t)
  const slow = async (draft: string): Promise<void> => {
    writeFileSync(join(draft, 'index.js'), 'slow')
    await build('fast')
  }
  await makeDist('one', slow, root)
  assert.equal(built(), 'fast')
})

/** A repository with a package `one`, whose build writes one file with the given text. */
function makeRepository(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'holdfast dist '))
  t.after(() => rmSync(root, { recursive: true }))
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  write('LICENSE', 'a license')
  write('packages/one/src/a.ts', 'a source')
  return {
    root,
    write,
    build: (text: string) => makeDist('one', (draft) => writeFileSync(join(draft, 'index.js'), text), root),
    built: () => readFileSync(join(root, 'packages/one/dist/index.js'), 'utf8'),
  }
}
