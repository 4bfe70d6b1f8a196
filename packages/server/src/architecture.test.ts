// Runs the import table of ARCHITECTURE.md over the real source: who may import whom, no cycles, sizes, names.
// Tests themselves may import anything; the table is about the program.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  findAllBadNames,
  findBadNames,
  findCycle,
  findLongFiles,
  findViolations,
  readImports,
  readSources,
  type House,
} from '../../../scripts/house-rules.ts'

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

describe('the house', () => {
  const program = readSources(house.root)

  test('each room imports only what the table allows', () => {
    assert.ok(
      program.length > 50 && program.flatMap((file) => file.imports).length > 100,
      'the source was read',
    )
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

describe('the checker', () => {
  test('catches an import that the table forbids, also through a subfolder', () => {
    const found = findViolations(house, [
      { path: 'otlp/inspect.ts', imports: ['queue/claim.ts', 'trace/ids.ts', 'log.ts'] },
      { path: 'query/read/traces.ts', imports: ['queue/settle.ts', 'queue/depth.ts'] },
      { path: 'store/trace-store.ts', imports: ['store/postgres/find-trace.ts'] },
      { path: 'trace/ids.ts', imports: ['node:net', 'pg', 'node:util'] },
      { path: 'queue/claim.ts', imports: ['server.ts', 'queue/append-group.ts', 'pg'] },
      { path: 'nowhere/new.ts', imports: ['trace/ids.ts'] },
    ])
    assert.deepEqual(found, [
      'otlp/inspect.ts imports queue/claim.ts',
      'query/read/traces.ts imports queue/settle.ts',
      'store/trace-store.ts imports store/postgres/find-trace.ts',
      'trace/ids.ts imports node:net',
      'trace/ids.ts imports pg',
      'queue/claim.ts imports server.ts',
      'nowhere/new.ts is in no room of the table',
    ])
  })

  test('sees static, type-only, dynamic and re-exporting imports', () => {
    const source = `
      import { a } from '../trace/a.ts'
      import type { B } from '../trace/b.ts'
      export * from './c.ts'
      const d = await import('../queue/d.ts')
      // import '../no/comment.ts'
    `
    assert.deepEqual(readImports('otlp/x.ts', source), [
      'trace/a.ts',
      'trace/b.ts',
      'otlp/c.ts',
      'queue/d.ts',
    ])
  })

  test('finds a circle of rooms', () => {
    const cycle = findCycle(house, [
      { path: 'queue/a.ts', imports: ['postgres/b.ts'] },
      { path: 'postgres/b.ts', imports: ['upkeep/c.ts'] },
      { path: 'upkeep/c.ts', imports: ['queue/a.ts'] },
      { path: 'server.ts', imports: ['queue/a.ts'] },
    ])
    assert.deepEqual(cycle, ['queue', 'postgres', 'upkeep', 'queue'])
  })

  test('knows a drawer when it sees one', () => {
    assert.deepEqual(findBadNames('queue/retry.ts'), [])
    assert.equal(findBadNames('queue/queue-utils.ts').length, 1)
    assert.equal(findBadNames('common/x.ts').length, 1)
    assert.equal(findBadNames('queue/ClaimManager.ts').length, 1)
  })
})

function files(room: string, ...names: readonly string[]): string[] {
  return names.map((name) => `${room}/${name}.ts`)
}
