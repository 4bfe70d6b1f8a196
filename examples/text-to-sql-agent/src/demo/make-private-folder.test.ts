import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makePrivateFolder } from './make-private-folder.ts'

test('a folder is made with those above it, for this user only, and may be there already', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast demo '))
  t.after(() => rmSync(dir, { recursive: true }))
  const made = join(dir, 'demo', 'demo-logs')
  makePrivateFolder(made)
  makePrivateFolder(made)
  for (const folder of [made, join(dir, 'demo')]) assert.equal(statSync(folder).mode & 0o777, 0o700)
})

test('where none can be made it says so', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast demo '))
  t.after(() => rmSync(dir, { recursive: true }))
  writeFileSync(join(dir, 'file'), '')
  const impossible = [join(dir, 'file', 'demo'), ...(process.platform === 'linux' ? ['/proc/nope/demo'] : [])]
  for (const path of impossible) {
    assert.throws(() => makePrivateFolder(path), {
      name: 'DemoFailure',
      message: /cannot be made.*HOLDFAST_DATA_DIR/,
    })
  }
})
