// Who imports whom in this package, sizes, names.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  findAllBadNames,
  findCycle,
  findLongFiles,
  findViolations,
  readSources,
  type House,
} from '../../../scripts/house-rules.ts'

const nothing: readonly string[] = []

const house: House = {
  root: fileURLToPath(new URL('.', import.meta.url)),
  mayImport: {
    patterns: [],
    engine: ['patterns'],
    'engine/wink': ['engine', 'patterns'],
    'engine/spacy': ['engine', 'patterns'],
    normalise: ['patterns'],
    interpret: ['normalise', 'engine/nlp-engine.ts'],
    fingerprint: [],
    'from-schema': ['normalise', 'patterns'],
    'canonicalize-question.ts': ['engine', 'fingerprint', 'interpret', 'normalise'],
    'stage-span.ts': ['engine', 'fingerprint', 'canonicalize-question.ts'],
  },
  innerRooms: ['engine/wink', 'engine/spacy'],
  everywhere: ['canonical-query.ts'],
  composers: ['index.ts', 'open-canonicalizer.ts', 'cli'],
  mayUsePackages: {
    // The same words for both engines: no engine's code, and nothing that knows the machine.
    normalise: nothing,
    interpret: nothing,
    'stage-span.ts': ['@opentelemetry/api'],
  },
}

describe('the house', () => {
  const program = readSources(house.root)

  test('nothing of this repository outside the package is imported', () => {
    assert.ok(program.length > 40, 'the source was read')
    const outside = program.flatMap(({ path, imports }) =>
      imports.filter((target) => target.startsWith('..')).map((target) => `${path} imports ${target}`),
    )
    assert.deepEqual(outside, [])
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
})
