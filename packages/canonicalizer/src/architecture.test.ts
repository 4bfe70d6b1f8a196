// Who imports whom in this package; and that everything people can call says what it does.
import { fileURLToPath } from 'node:url'
import { describeHouse } from '../../../scripts/describe-house.ts'
import type { House } from '../../../scripts/house-rules.ts'

const nothing: readonly string[] = []

const house: House = {
  root: fileURLToPath(new URL('.', import.meta.url)),
  mayImport: {
    patterns: [],
    engine: ['patterns'],
    'engine/wink': ['engine', 'patterns'],
    'engine/spacy': ['engine', 'patterns'],
    normalise: ['patterns'],
    interpret: ['normalise', 'patterns', 'engine/nlp-engine.ts'],
    fingerprint: [],
    'from-schema': ['normalise', 'patterns'],
    'canonicalize-question.ts': ['engine', 'fingerprint', 'interpret', 'normalise'],
    'canonicalizer-options.ts': ['engine/spacy', 'engine/wink', 'patterns'],
    'stage-span.ts': ['engine', 'fingerprint', 'canonicalize-question.ts'],
  },
  innerRooms: ['engine/wink', 'engine/spacy'],
  everywhere: ['canonical-query.ts', 'in-turns.ts'],
  composers: ['index.ts', 'open-canonicalizer.ts', 'open-engine.ts', 'prepare-patterns.ts', 'cli'],
  mayUsePackages: {
    // The same words for both engines: no engine's code, and nothing that knows the machine; node:module reads a list of words.
    normalise: ['node:module'],
    interpret: nothing,
    'stage-span.ts': ['@opentelemetry/api'],
  },
}

describeHouse(house, ['index.ts'])
