// What makes this folder fit to be copied: it uses the packages as people install them, and each file can be read at once.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  findAllBadNames,
  findLongFiles,
  findOutsideImports,
  readSources,
} from '../../../scripts/house-rules.ts'

describe('the example', () => {
  const root = import.meta.dirname
  const program = readSources(root)

  test('imports nothing of this repository but by the name of its package', () => {
    assert.ok(program.length > 20, 'the source was read')
    assert.deepEqual(findOutsideImports(program), [])
  })

  test('files are short, and named after what they hold', () => {
    assert.deepEqual(findLongFiles(root, program), [])
    assert.deepEqual(findAllBadNames(root), [])
  })
})
