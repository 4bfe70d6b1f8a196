import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { filePatterns } from './file-patterns.ts'
import { readSources } from './pattern-source.ts'

const line = (pattern: string): string => `{"label":"ENTITY","pattern":"${pattern}"}\n`

describe('filePatterns', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-patterns-'))
    await writeFile(join(folder, 'b.jsonl'), line('film'))
    await writeFile(join(folder, 'a.jsonl'), line('actor'))
    await writeFile(join(folder, 'README.md'), 'not patterns')
  })
  afterEach(async () => rm(folder, { recursive: true, force: true }))

  const phrases = async (names: string | readonly string[]): Promise<unknown[]> => {
    const reading = await readSources([filePatterns(names)])
    return reading.ok ? reading.set.patterns.map(({ pattern }) => pattern) : [...reading.problems]
  }

  test('reads a list in its order, a folder and a wild card in the order of names', async () => {
    assert.deepEqual(await phrases([join(folder, 'b.jsonl'), join(folder, 'a.jsonl')]), ['film', 'actor'])
    assert.deepEqual(await phrases(folder), ['actor', 'film'])
    assert.deepEqual(await phrases(join(folder, 'b*.jsonl')), ['film'])
  })

  test('a file that is not there, and a wild card without files, cannot be reached', async () => {
    await assert.rejects(phrases(join(folder, 'c.jsonl')), /ENOENT/)
    await assert.rejects(phrases(join(folder, 'c*.jsonl')), /no file is like/)
  })

  test('what is no file is refused unread: it may have no end', async () => {
    assert.deepEqual(await phrases('/dev/zero'), [
      { source: '/dev/zero', line: 1, message: 'this is no file: name one, or a folder' },
    ])
  })

  test('a file without patterns is refused: it may be half written', async () => {
    const file = join(folder, 'a.jsonl')
    await writeFile(file, '\n')
    assert.deepEqual(await phrases(folder), [
      {
        source: file,
        line: 1,
        message: 'there is no pattern in this file: write one, or take the file away',
      },
    ])
  })

  test('the version is another one when a file changes, comes or goes', async () => {
    const source = filePatterns(folder)
    const versions = [await source.readVersion(), await source.readVersion()]
    assert.equal(versions[0], versions[1])
    await writeFile(join(folder, 'a.jsonl'), line('customer'))
    versions.push(await source.readVersion())
    await writeFile(join(folder, 'c.jsonl'), line('store'))
    versions.push(await source.readVersion())
    await rm(join(folder, 'b.jsonl'))
    versions.push(await source.readVersion())
    assert.equal(new Set(versions).size, 4)
  })
})
