// The environment is made with nothing in it here: what is installed takes half a minute, and the tests of the engine need it.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { pythonOf } from './find-python.ts'
import { findBasePython, installSpacy } from './install-spacy.ts'

const python = await findBasePython()

describe('the environment for spaCy', { skip: python === undefined ? 'no Python' : false }, () => {
  test('is made once when several ask at the same time, over one that was left half-way, and is not made again', async (t) => {
    const { folder, requirements } = await makePlace(t, '')
    await mkdir(folder)
    await writeFile(join(folder, 'half'), '')
    const asked = await Promise.all([1, 2].map(() => installSpacy({ folder, requirements })))
    assert.deepEqual(asked, [pythonOf(folder), pythonOf(folder)])
    assert.ok(!(await readdir(folder)).includes('half'))
    await writeFile(join(folder, 'mine'), '')
    await installSpacy({ folder, requirements })
    assert.ok((await readdir(folder)).includes('mine'))
  })

  test('whose Python is gone, as after an upgrade, is made anew', async (t) => {
    const { folder, requirements } = await makePlace(t, '')
    const made = await installSpacy({ folder, requirements })
    await rm(made)
    await installSpacy({ folder, requirements })
    assert.ok(existsSync(made))
  })

  test('takes nothing without a known hash, and is not complete then', async (t) => {
    const { folder, requirements } = await makePlace(t, 'wasabi==1.1.3\n')
    await assert.rejects(installSpacy({ folder, requirements }), /cannot be installed with .*hash/s)
    assert.ok(!existsSync(join(folder, 'complete')))
  })

  test('cannot be made with a Python that is too old, which is said before anything is fetched', async (t) => {
    const { folder, requirements } = await makePlace(t, '')
    const old = `${folder}-python`
    await writeFile(old, '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    const options = { folder, requirements, python: old }
    await assert.rejects(installSpacy(options), /it is older than Python 3\.10/)
    assert.ok(!existsSync(folder))
  })

  test('cannot be made with a Python that is not there', async (t) => {
    const { folder, requirements } = await makePlace(t, '')
    const options = { folder, requirements, python: '/nowhere/python' }
    await assert.rejects(installSpacy(options), /cannot be installed with \/nowhere\/python: .*ENOENT/)
  })
})

async function makePlace(t: TestContext, content: string): Promise<{ folder: string; requirements: string }> {
  const place = await mkdtemp(join(tmpdir(), 'holdfast spacy '))
  t.after(() => rm(place, { recursive: true, force: true }))
  const requirements = join(place, 'requirements.txt')
  await writeFile(requirements, content)
  return { folder: join(place, 'environment'), requirements }
}
