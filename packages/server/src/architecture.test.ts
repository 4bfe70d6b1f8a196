// Runs the import table of ARCHITECTURE.md over the real source: who may import whom, no cycles, sizes, names.
// Tests themselves may import anything; the table is about the program.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('.', import.meta.url))

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

/** Allowed everywhere. */
const everywhere = ['log.ts', 'metrics.ts']

/** Put rooms together, and may import any of them; no room may import these. */
const composers = ['cli', 'server.ts', 'persist-thread.ts', 'config.ts']

/** The rooms that only compute: no package, and of Node nothing that reaches outside the process. */
const pureRooms = ['trace', 'otlp']
const pureModules = ['node:buffer', 'node:util', 'node:zlib', 'node:crypto']

const drawerNames =
  /^(common|shared|types|libs?|misc|interfaces|constants)$|(^|-)(utils?|helpers?|managers?)$/

interface SourceFile {
  /** From src, with forward slashes: `queue/claim.ts`. */
  readonly path: string
  /** The same for files of ours; the specifier for packages. */
  readonly imports: readonly string[]
}

describe('the house', () => {
  const program = readSources()

  test('each room imports only what the table allows', () => {
    assert.ok(
      program.length > 50 && program.flatMap((file) => file.imports).length > 100,
      'the source was read',
    )
    assert.deepEqual(findViolations(program), [])
  })

  test('rooms do not import each other in a circle', () => {
    assert.deepEqual(findCycle(program), [])
  })

  test('the median file is under 100 lines, nine in ten are under 250, none is over 400', () => {
    const lengths = program
      .map((file) => ({
        path: file.path,
        lines: readFileSync(join(root, file.path), 'utf8').split('\n').length - 1,
      }))
      .sort((a, b) => a.lines - b.lines)
    const quantile = (q: number): number => lengths[Math.floor(q * (lengths.length - 1))]?.lines ?? 0
    assert.ok(quantile(0.5) < 100, `the median file has ${quantile(0.5)} lines`)
    assert.ok(quantile(0.9) < 250, `the file nine tenths are shorter than has ${quantile(0.9)} lines`)
    assert.deepEqual(
      lengths.filter((file) => file.lines > 400),
      [],
    )
  })

  test('names say what is inside: kebab-case, no drawers', () => {
    assert.deepEqual(
      globSync('**/*.{ts,tsx}', { cwd: root }).flatMap((path) => findBadNames(toPosix(path))),
      [],
    )
  })
})

describe('the checker', () => {
  test('catches an import that the table forbids, also through a subfolder', () => {
    const found = findViolations([
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
    const cycle = findCycle([
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

function readSources(): SourceFile[] {
  return globSync('**/*.{ts,tsx}', { cwd: root })
    .map(toPosix)
    .filter((path) => !isTestOnly(path))
    .sort()
    .map((path) => ({ path, imports: readImports(path, readFileSync(join(root, path), 'utf8')) }))
}

/** What only tests import; the package leaves it out, for it takes only what its entry files need. */
function isTestOnly(path: string): boolean {
  return /\.(test|fixture)\.tsx?$|(^|\/)(test-|arbitrary-|wait-for|conformance)/.test(path)
}

function readImports(path: string, source: string): string[] {
  return ts
    .preProcessFile(source, true, true)
    .importedFiles.map((file) => file.fileName)
    .map((specifier) => (specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier))
    .filter((target) => !target.startsWith('..')) // the package's own folder: migrations, package.json
}

function roomOf(path: string): string | undefined {
  if (path.startsWith('store/postgres/')) return 'store/postgres'
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : path
}

function isPackage(target: string): boolean {
  return (
    !/\.tsx?$/.test(target) ||
    !(target.includes('/') || composers.includes(target) || everywhere.includes(target))
  )
}

function findViolations(program: readonly SourceFile[]): string[] {
  return program.flatMap((file) => {
    const room = roomOf(file.path) ?? file.path
    if (composers.includes(room) || everywhere.includes(room)) return []
    const table = mayImport[room]
    if (table === undefined) return [`${file.path} is in no room of the table`]
    const allowed = [...table, ...everywhere]
    return file.imports
      .filter((target) => {
        if (isPackage(target)) return pureRooms.includes(room) && !pureModules.includes(target)
        const targetRoom = roomOf(target) ?? target
        return !(targetRoom === room || allowed.some((one) => one === targetRoom || one === target))
      })
      .map((target) => `${file.path} imports ${target}`)
  })
}

/** The first circle found, as the names of its rooms in order, or nothing. */
function findCycle(program: readonly SourceFile[]): string[] {
  const edges = new Map<string, Set<string>>()
  for (const file of program) {
    const from = roomOf(file.path) ?? file.path
    for (const target of file.imports.filter((one) => !isPackage(one))) {
      const to = roomOf(target) ?? target
      if (to !== from) edges.set(from, (edges.get(from) ?? new Set()).add(to))
    }
  }
  const done = new Set<string>()
  const visit = (room: string, path: readonly string[]): string[] => {
    if (path.includes(room)) return [...path.slice(path.indexOf(room)), room]
    if (done.has(room)) return []
    for (const next of edges.get(room) ?? []) {
      const cycle = visit(next, [...path, room])
      if (cycle.length > 0) return cycle
    }
    done.add(room)
    return []
  }
  for (const room of edges.keys()) {
    const cycle = visit(room, [])
    if (cycle.length > 0) return cycle
  }
  return []
}

function findBadNames(path: string): string[] {
  const names = path.replace(/(\.(test|fixture))?\.tsx?$/, '').split('/')
  return names
    .filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || drawerNames.test(name))
    .map((name) => `${path}: ${name}`)
}

function toPosix(path: string): string {
  return path.replaceAll('\\', '/')
}
