// What the architecture tests of the packages have in common: who imports whom, circles, sizes, names. Each package has
// its own table; tests themselves may import anything, for the tables are about the programs.
import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import ts from 'typescript'

/** A folder of source, and what holds in it. */
export interface House {
  /** The folder, with a slash at its end. */
  readonly root: string
  /** What each room may import: another room, or single files of one. */
  readonly mayImport: Readonly<Record<string, readonly string[]>>
  /** Rooms within rooms, by their path; any other room is a folder or a file of the root. */
  readonly innerRooms: readonly string[]
  /** Files that every room may import. */
  readonly everywhere: readonly string[]
  /** Put rooms together, and may import any of them; no room may import these. */
  readonly composers: readonly string[]
  /** For the rooms that may not import just any package: those they may. */
  readonly mayUsePackages: Readonly<Record<string, readonly string[]>>
}

export interface SourceFile {
  /** From the root, with forward slashes: `queue/claim.ts`. */
  readonly path: string
  /** The same for files of the house; `../…` for files outside it; the specifier for packages. */
  readonly imports: readonly string[]
}

const drawerNames =
  /^(common|shared|types|libs?|misc|interfaces|constants)$|(^|-)(utils?|helpers?|managers?)$/

/** The program without its tests. */
export function readSources(root: string): SourceFile[] {
  return globSync('**/*.{ts,tsx}', { cwd: root })
    .map(toPosix)
    .filter((path) => !isTestOnly(path))
    .sort()
    .map((path) => ({ path, imports: readImports(path, readFileSync(join(root, path), 'utf8')) }))
}

/** What only tests import; a package leaves it out, for it takes only what its entry files need. */
function isTestOnly(path: string): boolean {
  return /\.(test|fixture)\.tsx?$|(^|\/)(test-|arbitrary-|wait-for|conformance)/.test(path)
}

/** Static, type-only, dynamic and re-exporting imports. */
export function readImports(path: string, source: string): string[] {
  return ts
    .preProcessFile(source, true, true)
    .importedFiles.map((file) => file.fileName)
    .map((specifier) => (specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier))
}

/** Each import that the table forbids, and each file that is in no room of it. */
export function findViolations(house: House, program: readonly SourceFile[]): string[] {
  return program.flatMap((file) => {
    const room = roomOf(house, file.path)
    if (house.composers.includes(room) || house.everywhere.includes(room)) return []
    const table = house.mayImport[room]
    if (table === undefined) return [`${file.path} is in no room of the table`]
    const allowed = [...table, ...house.everywhere]
    return file.imports
      .filter((target) => {
        if (isOutside(target)) return false // findOutsideImports
        if (isPackage(house, target)) return house.mayUsePackages[room]?.includes(target) === false
        const targetRoom = roomOf(house, target)
        return !(targetRoom === room || allowed.some((one) => one === targetRoom || one === target))
      })
      .map((target) => `${file.path} imports ${target}`)
  })
}

/** Each import that leaves the source of the package. */
export function findOutsideImports(program: readonly SourceFile[]): string[] {
  return program.flatMap(({ path, imports }) =>
    imports.filter(isOutside).map((target) => `${path} imports ${target}`),
  )
}

/** The first circle of rooms found, as their names in order, or nothing. */
export function findCycle(house: House, program: readonly SourceFile[]): string[] {
  const edges = new Map<string, Set<string>>()
  for (const file of program) {
    const from = roomOf(house, file.path)
    for (const target of file.imports.filter((one) => !isOutside(one) && !isPackage(house, one))) {
      const to = roomOf(house, target)
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

/** Names that are not kebab-case, or say only that something is inside. */
export function findBadNames(path: string): string[] {
  const names = path.replace(/(\.(test|fixture))?\.tsx?$/, '').split('/')
  return names
    .filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || drawerNames.test(name))
    .map((name) => `${path}: ${name}`)
}

/** The same of every file there is, tests too. */
export function findAllBadNames(root: string): string[] {
  return globSync('**/*.{ts,tsx}', { cwd: root }).flatMap((path) => findBadNames(toPosix(path)))
}

/** Sizes that say that files have grown too long: half under 100 lines, nine in ten under 250, none over 400. */
export function findLongFiles(root: string, program: readonly SourceFile[]): string[] {
  const lengths = program
    .map(({ path }) => ({ path, lines: readFileSync(join(root, path), 'utf8').split('\n').length - 1 }))
    .sort((a, b) => a.lines - b.lines)
  const quantile = (q: number): number => lengths[Math.floor(q * (lengths.length - 1))]?.lines ?? 0
  return [
    ...(quantile(0.5) < 100 ? [] : [`the median file has ${quantile(0.5)} lines`]),
    ...(quantile(0.9) < 250 ? [] : [`the file nine tenths are shorter than has ${quantile(0.9)} lines`]),
    ...lengths.filter(({ lines }) => lines > 400).map(({ path, lines }) => `${path} has ${lines} lines`),
  ]
}

function roomOf(house: House, path: string): string {
  const inner = house.innerRooms.find((room) => path.startsWith(`${room}/`))
  return inner ?? (path.includes('/') ? path.slice(0, path.indexOf('/')) : path)
}

function isOutside(target: string): boolean {
  return target.startsWith('..')
}

function isPackage(house: House, target: string): boolean {
  const known = [...house.composers, ...house.everywhere, ...Object.keys(house.mayImport)]
  return !/\.tsx?$/.test(target) || !(target.includes('/') || known.includes(target))
}

function toPosix(path: string): string {
  return path.replaceAll('\\', '/')
}
