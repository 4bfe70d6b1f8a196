// Held by one process (one thread of it) at a time, and by nobody once that is gone, whatever ended it. The operating
// system gives that for a name that a socket listens on, and for nothing else that Node can ask for: a file with a
// process id in it outlives kill -9, and ids are used again.
//
// The name is a secret in the folder itself, so that no other user can take it, and two paths to one folder are one lock.
// Two containers that share a folder but no network namespace can both hold it: then a request may be sent twice, which
// its receiver bears.
import { createHash, randomBytes } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { report } from '../report.ts'
import { nameError } from './outcome.ts'

const secretFile = 'lock'

export class FolderLock {
  readonly #dir: string
  #server: net.Server | undefined
  #isWanted = false

  constructor(dir: string) {
    this.#dir = dir
  }

  /**
   * Whether it is ours now. Where the system refuses such sockets, everybody gets it: better sent twice than never.
   * Rejects when the folder has gone or cannot be written.
   */
  async take(): Promise<boolean> {
    this.#isWanted = true
    if (this.#server !== undefined) return true
    const path = socketPath(await readSecret(this.#dir))
    let server = await listen(path)
    if (server === 'taken' && isFile(path) && !(await answers(path))) {
      await rm(path, { force: true }) // of a process that was killed
      server = await listen(path)
    }
    if (server === 'taken') return false
    if (server === 'impossible') return true
    if (!this.#isWanted) {
      server.close()
      return false
    }
    this.#server = server
    return true
  }

  release(): void {
    this.#isWanted = false
    this.#server?.close()
    this.#server = undefined
  }
}

/** Makes the secret if nobody did; of several at once, one wins. */
async function readSecret(dir: string): Promise<string> {
  const path = join(dir, secretFile)
  const read = (): Promise<string> => readFile(path, 'utf8')
  const found = await read().catch(unlessMissing)
  if (found !== undefined) return found
  const draft = `${path}.${randomBytes(8).toString('hex')}`
  try {
    await writeFile(draft, randomBytes(16).toString('hex'), { mode: 0o600, flag: 'wx' })
    await link(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error // another was quicker
  } finally {
    await rm(draft, { force: true })
  }
  return read()
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/** Linux has names without a file, Windows pipes; elsewhere it is a file, with a path short enough for a socket's. */
function socketPath(secret: string): string {
  const name = `holdfast-${createHash('sha256').update(secret).digest('hex').slice(0, 24)}`
  if (process.platform === 'linux') return `\0${name}`
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`
  return join(tmpdir(), name)
}

function isFile(path: string): boolean {
  return !path.startsWith('\0') && process.platform !== 'win32'
}

/** `exclusive`: the workers of a cluster would share it otherwise. */
function listen(path: string): Promise<net.Server | 'taken' | 'impossible'> {
  return new Promise((done) => {
    const server = net.createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') report.debug(`no lock for the spool: ${nameError(error)}`)
      done(error.code === 'EADDRINUSE' ? 'taken' : 'impossible')
    })
    server.listen({ path, exclusive: true }, () => done(server))
    server.unref()
  })
}

function answers(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = net.connect(path)
    const end = (answer: boolean) => (): void => {
      socket.destroy()
      done(answer)
    }
    socket.once('connect', end(true)).once('error', end(false))
  })
}
