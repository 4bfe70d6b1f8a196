// The architecture test of a package: its table run over its source. What holds in every package is said here.
import assert from 'node:assert/strict'
import { basename, dirname } from 'node:path'
import { describe, test } from 'node:test'
import { findUndocumented } from './find-undocumented.ts'
import {
  findAllBadNames,
  findCycle,
  findLongFiles,
  findOutsideImports,
  findViolations,
  readSources,
  type House,
} from './house-rules.ts'

/** Tests of a package. `entries` are the files that people import, if they import any. */
export function describeHouse(house: House, entries: readonly string[] = []): void {
  describe(`the house ${basename(dirname(house.root))}`, () => {
    const program = readSources(house.root)

    test('nothing of this repository outside the package is imported', () => {
      assert.ok(
        program.length > 40 && program.flatMap((file) => file.imports).length > 100,
        'the source was read',
      )
      assert.deepEqual(findOutsideImports(program), [])
    })

    test('each room imports only what the table allows', () => {
      assert.deepEqual(findViolations(house, program), [])
    })

    test('rooms do not import each other in a circle', () => {
      assert.deepEqual(findCycle(house, program), [])
    })

    test('the median file is under 100 lines, nine in ten are under 250, none is over 400', () => {
      assert.deepEqual(findLongFiles(house.root, program), [])
    })

    test('names say what is inside: kebab-case, no drawers', () => {
      assert.deepEqual(findAllBadNames(house.root), [])
    })

    if (entries.length === 0) return
    test('every function, type, method and class that people import says what it does', () => {
      const { exported, undocumented } = findUndocumented(entries.map((entry) => `${house.root}${entry}`))
      assert.ok(exported > 10, 'the entry points were read')
      assert.deepEqual(undocumented, [])
    })
  })
}
