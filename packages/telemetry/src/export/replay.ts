// Sends what lies in the spool, oldest first, one process at a time: the files that this process left there, those of
// processes that are gone, and those of others that are alive, for whoever holds the lock delivers for all. A file is
// deleted only after its request was acknowledged; killed in between, it is sent twice, which its receiver bears.
import { FolderLock } from './folder-lock.ts'
import type { ExportRequest } from './export-request.ts'
import type { Gate } from './gate.ts'
import { nameError, type Outcome } from './outcome.ts'
import type { SpoolFile } from './spool-file-name.ts'
import type { Spool } from './spool.ts'
import type { Strikes } from './strikes.ts'

/** Files under way at a time. */
const laneCount = 3

export interface ReplayOptions {
  readonly spool: Spool
  readonly gate: Gate
  readonly strikes: Strikes
  /** Whether the target takes this file's encoding. */
  accepts(file: SpoolFile): boolean
  /** Whether memory holds the same request, and sends it. */
  isInMemory(name: string): boolean
  send(request: ExportRequest): Promise<Outcome>
  /** The file was delivered, or refused for good, and is gone. */
  onSettled(file: SpoolFile, outcome: Exclude<Outcome, { kind: 'retry' }>): void
  onRetry(reason: string): void
  onTrouble(code: string, message: string): void
  /** How often the folder is looked at for what others left. */
  readonly pollMs: number
}

export class Replay {
  readonly #options: ReplayOptions
  readonly #lock: FolderLock
  /** It lets the next one go first. */
  #failedLast: string | undefined
  /** Files that others shall not wait for in this round. */
  readonly #postponed = new Set<string>()
  /** Files that cannot be read, or not deleted after they were sent: left alone by this process from then on. */
  readonly #stuck = new Set<string>()
  /** Those who wait in `drain`. */
  readonly #onFailure = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #isAskedAgain = false
  #isStopped = false

  constructor(options: ReplayOptions) {
    this.#options = options
    this.#lock = new FolderLock(options.spool.dir)
  }

  /** There may be something to send. Never waits. */
  wake(): void {
    if (this.#isStopped) return
    this.#isAskedAgain = true
    clearTimeout(this.#timer)
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
      if (this.#isAskedAgain) this.wake()
      else if (!this.#isStopped) this.#timer = setTimeout(() => this.wake(), this.#options.pollMs).unref()
    })
  }

  /** Resolves when there is nothing more to send, or the target does not take it now. */
  async drain(): Promise<void> {
    if (this.#options.gate.isTroubled) return
    this.wake()
    await new Promise<void>((done) => {
      this.#onFailure.add(done)
      void this.#running?.then(() => {
        this.#onFailure.delete(done)
        done()
      })
    })
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
    this.#lock.release()
  }

  async #run(): Promise<void> {
    const { onTrouble } = this.#options
    try {
      while (this.#isAskedAgain && !this.#isStopped) {
        this.#isAskedAgain = false
        await this.#sendAll()
      }
    } catch (error) {
      onTrouble('HOLDFAST_REPLAY_FAILED', `the spool cannot be sent now: ${nameError(error)}`)
    } finally {
      this.#lock.release()
    }
  }

  async #sendAll(): Promise<void> {
    const { spool } = this.#options
    this.#postponed.clear()
    if ((await this.#list()).length === 0 || !(await this.#lock.take())) return
    await spool.removeLeftovers()
    // Listed again and again: others write there too, and the last holder sent some while we waited for the lock.
    for (let files = await this.#list(); files.length > 0 && !this.#isStopped; files = await this.#list()) {
      const queue = files
      await Promise.all(Array.from({ length: laneCount }, () => this.#sendFrom(queue)))
    }
  }

  async #list(): Promise<SpoolFile[]> {
    const { spool, accepts, isInMemory, onTrouble } = this.#options
    const files = (await spool.list()).filter(
      ({ name, isDamaged }) =>
        !isDamaged && !this.#stuck.has(name) && !this.#postponed.has(name) && !isInMemory(name),
    )
    const acceptable = files.filter(accepts)
    if (acceptable.length < files.length) {
      const message = `the spool ${spool.dir} holds JSON, which gRPC does not carry: it waits for an HTTP exporter`
      onTrouble('HOLDFAST_SPOOL_JSON', message)
    }
    const [first, second] = acceptable
    if (second === undefined || first?.name !== this.#failedLast) return acceptable
    return [second, first as SpoolFile, ...acceptable.slice(2)]
  }

  async #sendFrom(files: SpoolFile[]): Promise<void> {
    const { gate } = this.#options
    while (files.length > 0) {
      const pass = await gate.enter()
      if (pass === undefined) return
      const file = this.#isStopped ? undefined : files.shift()
      const outcome = file && (await this.#sendFile(file))
      if (outcome === undefined) gate.withdraw()
      else gate.leave(pass, outcome)
      if (file === undefined) return
      if (outcome?.kind === 'retry') this.#putBack(files, file)
    }
  }

  async #sendFile(file: SpoolFile): Promise<Outcome | undefined> {
    const { spool, send, onSettled, onRetry } = this.#options
    const bytes = await spool.read(file)
    if (bytes === undefined) {
      this.#stuck.add(file.name)
      return undefined
    }
    const { name, spanCount, encoding } = file
    const outcome = await send({ bytes, spanCount, encoding })
    if (outcome.kind === 'retry') {
      onRetry(outcome.reason)
      for (const tell of this.#onFailure) tell()
    } else {
      if (!(await spool.remove(name))) this.#stuck.add(name)
      onSettled(file, outcome)
    }
    return outcome
  }

  /**
   * The rest of the list is dropped with it: meanwhile others may have been written, and the next attempt is to be one
   * of them. Where others get through and this one does not, it waits for the next round.
   */
  #putBack(files: SpoolFile[], { name }: SpoolFile): void {
    files.length = 0
    if (this.#options.strikes.add(name)) this.#postponed.add(name)
    else this.#failedLast = name
  }
}
