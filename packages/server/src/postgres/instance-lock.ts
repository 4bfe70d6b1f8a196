// One Holdfast at a time on one data directory.
//
// The lock is the kernel's (fcntl, through SQLite, the one way to it that Node has): it goes when its process goes, however
// that ends, so that no pid that another program got meanwhile and no file left by kill -9 is ever mistaken for a holder.
// SQLite stores nothing. Who holds the lock stands beside it in a text file, for the message only.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EmbeddedServerError } from './embedded-server-error.ts'

export interface InstanceLock {
  release(): Promise<void>
}

const sqliteBusy = 5

/** Takes the lock of a data directory, or throws saying which process has it. */
export async function acquireInstanceLock(dataDir: string): Promise<InstanceLock> {
  const holderFile = join(dataDir, 'lock.holder')
  const lock = openLockFile(dataDir)
  try {
    lock.exec('pragma journal_mode = memory; begin exclusive')
  } catch (error) {
    lock.close()
    if ((error as { errcode?: number }).errcode !== sqliteBusy) throw cannotLock(dataDir, error)
    const holder = await readFile(holderFile, 'utf8').catch(() => 'another process')
    throw new EmbeddedServerError(
      'data_in_use',
      `Another Holdfast is running on ${dataDir} (${holder.trim()}). Stop it, or give this one another HOLDFAST_DATA_DIR`,
    )
  }
  try {
    await writeFile(holderFile, `pid ${process.pid}, since ${new Date().toISOString()}\n`)
  } catch (error) {
    lock.close()
    throw error
  }
  return {
    release: async () => {
      await rm(holderFile, { force: true })
      lock.close()
    },
  }
}

function openLockFile(dataDir: string): DatabaseSync {
  try {
    return new DatabaseSync(join(dataDir, 'lock'), { timeout: 0 })
  } catch (error) {
    throw cannotLock(dataDir, error)
  }
}

function cannotLock(dataDir: string, error: unknown): EmbeddedServerError {
  return new EmbeddedServerError(
    'data_not_ours',
    `Cannot lock ${dataDir} (${(error as Error).message}): it must be a folder of a local disk that this user can write`,
    { cause: error },
  )
}
