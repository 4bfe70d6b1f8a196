// The checker finds what it is there for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  findBadNames,
  findCycle,
  findOutsideImports,
  findViolations,
  readImports,
  type House,
} from './house-rules.ts'

const house: House = {
  root: '/nowhere/',
  mayImport: {
    trace: [],
    otlp: ['trace'],
    postgres: [],
    queue: ['postgres'],
    store: ['trace'],
    'store/postgres': ['store', 'postgres'],
    query: ['store', 'queue/depth.ts'],
    upkeep: ['queue'],
  },
  innerRooms: ['store/postgres'],
  everywhere: ['log.ts'],
  composers: ['server.ts'],
  mayUsePackages: { trace: ['node:util'] },
}

test('an import that the table forbids is found, also through a subfolder', () => {
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

test('an import that leaves the package is found in any file', () => {
  const found = findOutsideImports([
    { path: 'server.ts', imports: ['../../telemetry/src/index.ts', 'queue/a.ts', 'pg'] },
  ])
  assert.deepEqual(found, ['server.ts imports ../../telemetry/src/index.ts'])
})

test('static, type-only, dynamic and re-exporting imports are seen', () => {
  const source = `
    import { a } from '../trace/a.ts'
    import type { B } from '../trace/b.ts'
    export * from './c.ts'
    const d = await import('../queue/d.ts')
    // import '../no/comment.ts'
  `
  assert.deepEqual(readImports('otlp/x.ts', source), ['trace/a.ts', 'trace/b.ts', 'otlp/c.ts', 'queue/d.ts'])
})

test('a circle of rooms is found', () => {
  const cycle = findCycle(house, [
    { path: 'queue/a.ts', imports: ['postgres/b.ts'] },
    { path: 'postgres/b.ts', imports: ['upkeep/c.ts'] },
    { path: 'upkeep/c.ts', imports: ['queue/a.ts'] },
    { path: 'server.ts', imports: ['queue/a.ts'] },
  ])
  assert.deepEqual(cycle, ['queue', 'postgres', 'upkeep', 'queue'])
})

test('a drawer is known when it is seen', () => {
  assert.deepEqual(findBadNames('queue/retry.ts'), [])
  assert.equal(findBadNames('queue/queue-utils.ts').length, 1)
  assert.equal(findBadNames('common/x.ts').length, 1)
  assert.equal(findBadNames('queue/ClaimManager.ts').length, 1)
})
