// The folder where requests wait that could not be delivered: one file a request, holding its bytes and nothing else (no
// headers: they hold secrets). A file is complete under its name, or not there. Many processes share one folder.
//
// Nothing here throws. What fails is told to `onTrouble`, and by the answer.
import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import { mkdir, open, readFile, readdir, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExportRequest } from './export-request.ts'
import { nameError } from './outcome.ts'
import { chooseFilesToDrop, diskBytesOf } from './spool-bound.ts'
import {
  checksumOf,
  destinationFile,
  isTemporaryName,
  nameSpoolFile,
  parseSpoolFileName,
  type SpoolFile,
} from './spool-file-name.ts'

/** How long what is known of the folder's size is good for, as others write there too. */
const sizeKnownMs = 5_000
/** An unfinished file of a process that is still at it is seconds old. */
const leftoverAgeMs = 3_600_000

export interface SpoolOptions {
  readonly dir: string
  readonly maxBytes: number
  /** Written into a new folder, for whoever finds it. */
  readonly destination: string
  /** `dropped`: spans that are lost with it. */
  onTrouble(code: string, message: string, droppedSpans: number): void
}

export class Spool {
  readonly dir: string
  readonly #options: SpoolOptions
  readonly #writer = randomBytes(4).toString('hex')
  #sequence = 0
  #usedBytes = 0
  #listedAtMs = -Infinity

  constructor(options: SpoolOptions) {
    this.dir = options.dir
    this.#options = options
  }

  /** The name that a request has on disk, now or later. */
  nameOf(request: ExportRequest): string {
    return nameSpoolFile(request, this.#writer, this.#sequence++, Date.now())
  }

  /** Resolves with true once the request is fsynced under that name. */
  async write(name: string, request: ExportRequest): Promise<boolean> {
    if (!this.#fits(request)) return false
    const byteCount = request.bytes.byteLength
    if (this.#mustList(byteCount)) {
      for (const file of this.#chooseDrops(await this.list(), byteCount))
        if (await this.remove(file.name)) this.#tellDropped(file)
    }
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#writeFile(name, request.bytes)
        this.#usedBytes += diskBytesOf({ byteCount })
        return true
      } catch (error) {
        if (attempt > 1 || !isMissing(error)) return this.#tellUnwritable(error)
      }
      // There is no folder yet, or somebody deleted it under us.
      try {
        await mkdir(this.dir, { recursive: true, mode: 0o700 })
        await writeFile(join(this.dir, destinationFile), this.#options.destination, { mode: 0o600 })
      } catch (error) {
        return this.#tellUnwritable(error)
      }
    }
  }

  /** The same while the process ends; the name is on disk for good after `syncFolder`. */
  writeSync(name: string, request: ExportRequest): boolean {
    if (!this.#fits(request)) return false
    try {
      if (fs.mkdirSync(this.dir, { recursive: true, mode: 0o700 }) !== undefined)
        fs.writeFileSync(join(this.dir, destinationFile), this.#options.destination, { mode: 0o600 })
      const byteCount = request.bytes.byteLength
      if (this.#mustList(byteCount)) {
        for (const file of this.#chooseDrops(this.#sort(fs.readdirSync(this.dir)), byteCount)) {
          fs.rmSync(join(this.dir, file.name), { force: true })
          this.#tellDropped(file)
        }
      }
      this.#writeFileSync(name, request.bytes)
      this.#usedBytes += diskBytesOf({ byteCount })
      return true
    } catch (error) {
      return this.#tellUnwritable(error)
    }
  }

  /** After any number of `writeSync`. */
  syncFolder(): void {
    if (process.platform === 'win32') return // has no fsync of a folder
    try {
      const folder = fs.openSync(this.dir, 'r')
      try {
        fs.fsyncSync(folder)
      } finally {
        fs.closeSync(folder)
      }
    } catch (error) {
      if (!isMissing(error)) this.#tellUnwritable(error)
    }
  }

  /** What is there, oldest first; nothing when there is no folder. */
  async list(): Promise<SpoolFile[]> {
    try {
      return this.#sort(await readdir(this.dir))
    } catch (error) {
      this.#usedBytes = 0
      if (!isMissing(error)) this.#tell('HOLDFAST_SPOOL_UNREADABLE', `cannot be read: ${nameError(error)}`, 0)
      return []
    }
  }

  /** The bytes; undefined when the file has gone, or is damaged: then it is set aside and counted. */
  async read(file: SpoolFile): Promise<Uint8Array | undefined> {
    try {
      const bytes = await readFile(join(this.dir, file.name))
      if (bytes.byteLength === file.byteCount && checksumOf(bytes) === file.checksum) return bytes
      await rename(join(this.dir, file.name), join(this.dir, `${file.name}.damaged`))
      const message = 'holds a damaged file, which is set aside (its name ends in .damaged)'
      this.#tell('HOLDFAST_SPOOL_DAMAGED', message, file.spanCount)
    } catch (error) {
      if (!isMissing(error)) this.#tell('HOLDFAST_SPOOL_UNREADABLE', `cannot be read: ${nameError(error)}`, 0)
    }
    return undefined
  }

  /** Whether this call removed it. */
  async remove(name: string): Promise<boolean> {
    try {
      await unlink(join(this.dir, name))
      return true
    } catch (error) {
      if (!isMissing(error))
        this.#tell('HOLDFAST_SPOOL_UNWRITABLE', `cannot be cleared: ${nameError(error)}`, 0)
      return false
    }
  }

  /** Deletes what writers that were killed left unfinished. */
  async removeLeftovers(): Promise<void> {
    try {
      for (const name of (await readdir(this.dir)).filter(isTemporaryName)) {
        const { mtimeMs } = await stat(join(this.dir, name))
        if (Date.now() - mtimeMs > leftoverAgeMs) await unlink(join(this.dir, name))
      }
    } catch (error) {
      if (!isMissing(error))
        this.#tell('HOLDFAST_SPOOL_UNREADABLE', `cannot be cleared: ${nameError(error)}`, 0)
    }
  }

  async #writeFile(name: string, bytes: Uint8Array): Promise<void> {
    const temporary = join(this.dir, `${name}.tmp`)
    try {
      const file = await open(temporary, 'w', 0o600)
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, join(this.dir, name))
    } catch (error) {
      fs.rmSync(temporary, { force: true })
      throw error
    }
    if (process.platform === 'win32') return // has no fsync of a folder
    const folder = await open(this.dir, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }

  #writeFileSync(name: string, bytes: Uint8Array): void {
    const temporary = join(this.dir, `${name}.sync.tmp`) // another than that of a write under way
    try {
      const file = fs.openSync(temporary, 'w', 0o600)
      try {
        fs.writeFileSync(file, bytes)
        fs.fsyncSync(file)
      } finally {
        fs.closeSync(file)
      }
      fs.renameSync(temporary, join(this.dir, name))
    } catch (error) {
      fs.rmSync(temporary, { force: true })
      throw error
    }
  }

  #sort(names: readonly string[]): SpoolFile[] {
    const files = [...names]
      .sort()
      .map(parseSpoolFileName)
      .filter((file) => file !== undefined)
    this.#usedBytes = files.reduce((sum, file) => sum + diskBytesOf(file), 0)
    this.#listedAtMs = performance.now()
    return files
  }

  #fits(request: ExportRequest): boolean {
    return diskBytesOf({ byteCount: request.bytes.byteLength }) <= this.#options.maxBytes
  }

  #mustList(byteCount: number): boolean {
    if (performance.now() - this.#listedAtMs > sizeKnownMs) return true
    return this.#usedBytes + diskBytesOf({ byteCount }) > this.#options.maxBytes
  }

  #chooseDrops(files: readonly SpoolFile[], incomingBytes: number): SpoolFile[] {
    return chooseFilesToDrop(files, incomingBytes, this.#options.maxBytes)
  }

  #tellDropped(file: SpoolFile): void {
    this.#usedBytes -= diskBytesOf(file)
    const lost = file.isDamaged ? 0 : file.spanCount // those were counted when they were set aside
    this.#tell(
      'HOLDFAST_SPOOL_FULL',
      `is full (${this.#options.maxBytes} bytes): the oldest spans are dropped`,
      lost,
    )
  }

  #tellUnwritable(error: unknown): false {
    this.#tell('HOLDFAST_SPOOL_UNWRITABLE', `cannot be written: ${nameError(error)}`, 0)
    return false
  }

  #tell(code: string, what: string, droppedSpans: number): void {
    this.#options.onTrouble(code, `the spool ${this.dir} ${what}`, droppedSpans)
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
