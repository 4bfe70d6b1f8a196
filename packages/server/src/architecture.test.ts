// The import table of ARCHITECTURE.md, run over the real source.
import { fileURLToPath } from 'node:url'
import { describeHouse } from '../../../scripts/describe-house.ts'
import type { House } from '../../../scripts/house-rules.ts'

/** What the queue has for reading bodies, and the budget of the memory that this takes. */
const bodyReading = files(
  'queue',
  'read-frames',
  'find-frames',
  'decompress-frame',
  'unreadable-body',
  'byte-budget',
  'database-trouble',
)

/** What each room may import: another room, or single files of one. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  trace: [],
  postgres: [],
  otlp: ['trace'],
  queue: ['postgres'],
  store: ['trace'],
  // The store decodes bodies, and reads them through the queue: of the queue it needs nothing else.
  'store/postgres': ['store', 'trace', 'otlp', 'postgres', ...bodyReading],
  receive: ['otlp', 'queue'],
  persist: ['queue', 'otlp', 'trace', 'store'],
  // The read side of the queue: no claim, no settle, no park.
  query: [
    ...['store', 'trace', 'otlp'],
    ...bodyReading,
    ...files('queue', 'depth', 'journey', 'ledger', 'list-queue', 'dead-letters'),
  ],
  upkeep: ['queue', 'store', 'postgres'],
}

/** The rooms that only compute: no package, and of Node nothing that reaches outside the process. */
const pureModules = ['node:buffer', 'node:util', 'node:zlib', 'node:crypto']

const house: House = {
  root: fileURLToPath(new URL('.', import.meta.url)),
  mayImport,
  innerRooms: ['store/postgres'],
  everywhere: ['log.ts', 'metrics.ts', 'server-version.ts'],
  composers: ['cli', 'server.ts', 'persist-thread.ts', 'config.ts'],
  mayUsePackages: { trace: pureModules, otlp: pureModules },
}

describeHouse(house)

function files(room: string, ...names: readonly string[]): string[] {
  return names.map((name) => `${room}/${name}.ts`)
}
