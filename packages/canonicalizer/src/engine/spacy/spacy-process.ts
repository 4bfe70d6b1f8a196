// One life of spaCy's process: started, asked one thing at a time, and gone in the end.
//
// It guarantees: every question to it settles; with an answer, or with ProcessLost, after which the process is dead or
// dying and `lost` resolves when it is dead. A process that answers late, answers something else than what it was asked,
// writes what is no JSON, or a line without end, is killed. It ends when its stdin does, so it does not outlive this one.
// Nothing of it keeps this process alive: whoever waits for it holds a timer of his own.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import type { Socket } from 'node:net'
import { pythonEnvironment } from './find-python.ts'
import { ProcessLost } from './process-lost.ts'
import { readLines } from './read-lines.ts'

/** 32 answers of the most entities and hints that there can be are some 4 MB. */
const maxLineChars = 16 * 1024 * 1024
/** Of what it says on stderr while it starts, for the error message. Later it might hold words of a question. */
const maxStderrChars = 4_096

export interface SpacyCommand {
  readonly command: string
  readonly args: readonly string[]
}

interface Waiting {
  readonly take: (answer: unknown) => boolean
  readonly reject: (lost: ProcessLost) => void
  readonly timer: NodeJS.Timeout
}

export class SpacyProcess {
  /** Resolves with the reason, once the process is dead. */
  readonly lost: Promise<ProcessLost>
  readonly #child: ChildProcessWithoutNullStreams
  #reason: ProcessLost | undefined
  #waiting: Waiting | undefined
  #stderr = ''
  #hasStarted = false
  #requests = 0

  constructor({ command, args }: SpacyCommand) {
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      env: pythonEnvironment(),
    })
    this.#child = child
    child.unref()
    for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as Socket).unref()
    // It has ended, which 'close' will tell better; or it reads no more, and has to.
    child.stdin.on('error', (_error) => void child.kill('SIGKILL'))
    child.stdout.setEncoding('utf8').on(
      'data',
      readLines(
        maxLineChars,
        (line) => this.#read(line),
        () => this.kill('it wrote a line without end'),
      ),
    )
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      if (!this.#hasStarted) this.#stderr = (this.#stderr + chunk).slice(-maxStderrChars)
    })
    this.lost = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#lose(how)
        resolve(this.#reason ?? new ProcessLost(how))
      }
      child.once('error', (error) => {
        // Not started at all; an error after the start is a kill that failed, which 'close' will follow.
        if (child.pid === undefined) end(`it cannot be started: ${error.message}`)
      })
      child.once('close', (code, signal) =>
        end(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`),
      )
    })
  }

  /** Of a request: what its answer is known by. */
  nextId(): number {
    this.#requests += 1
    return this.#requests
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get isLost(): boolean {
    return this.#reason !== undefined
  }

  /** What the process said on stderr before it was ready, its end. */
  get startingStderr(): string {
    return this.#stderr.trim()
  }

  /** The first line it writes. `read` makes something of it, or undefined when it is not what it should be. */
  waitUntilReady<T>(read: (line: unknown) => T | undefined, timeoutMs: number): Promise<T> {
    return this.#expect(read, timeoutMs, 'it did not start').then((ready) => {
      this.#hasStarted = true
      this.#stderr = ''
      return ready
    })
  }

  /** Asks the next thing; only when the one before was answered. */
  ask<T>(request: unknown, read: (answer: unknown) => T | undefined, timeoutMs: number): Promise<T> {
    const answer = this.#expect(read, timeoutMs, 'it did not answer')
    if (!this.isLost) this.#child.stdin.write(`${JSON.stringify(request)}\n`)
    return answer
  }

  /** At once; whatever waits is rejected. */
  kill(reason: string): void {
    this.#lose(reason)
    this.#child.stdin.destroy() // ends what a wrapper around Python would leave behind
    this.#child.kill('SIGKILL')
  }

  /** Asks it to end, by the end of stdin; then less and less politely. Resolves when it is dead. */
  async stop(graceMs: number): Promise<void> {
    this.#child.stdin.end()
    const terminate = setTimeout(() => this.#child.kill('SIGTERM'), graceMs)
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), 2 * graceMs)
    await this.lost
    clearTimeout(terminate)
    clearTimeout(kill)
  }

  #expect<T>(read: (answer: unknown) => T | undefined, timeoutMs: number, late: string): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#reason !== undefined) return reject(this.#reason)
      if (this.#waiting !== undefined) return reject(new Error('asked while it had not answered'))
      const timer = setTimeout(() => this.kill(`${late} within ${timeoutMs} ms`), timeoutMs).unref()
      const take = (answer: unknown): boolean => {
        const taken = read(answer)
        if (taken !== undefined) resolve(taken)
        return taken !== undefined
      }
      this.#waiting = { take, reject, timer }
    })
  }

  #read(line: string): void {
    if (this.isLost) return
    const waiting = this.#waiting
    const answer = parseJson(line)
    if (waiting === undefined || answer === undefined || !waiting.take(answer)) {
      this.kill('it wrote what is no answer')
      return
    }
    clearTimeout(waiting.timer)
    this.#waiting = undefined
  }

  #lose(reason: string): void {
    if (this.#reason !== undefined) return
    this.#reason = new ProcessLost(reason)
    if (this.#waiting === undefined) return
    clearTimeout(this.#waiting.timer)
    this.#waiting.reject(this.#reason)
    this.#waiting = undefined
  }
}

/** Undefined when it is no JSON: a process of ours does not write such, so nobody needs to know why not. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
