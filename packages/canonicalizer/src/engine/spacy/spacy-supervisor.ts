// Keeps one process of spaCy at work: a single loop that starts it, hands it one thing after another, and starts over.
import { setTimeout as delay } from 'node:timers/promises'
import type { PatternSet } from '../../patterns/pattern-set.ts'
import { EngineError, type AnalyseOptions, type Analysis } from '../nlp-engine.ts'
import { splitWords } from '../split-words.ts'
import { answerQuestion } from './answer-question.ts'
import { backoffMs } from './backoff.ts'
import { FatalQuestions } from './fatal-questions.ts'
import { keepAlive } from './keep-alive.ts'
import { PatternSwap } from './pattern-swap.ts'
import { ProcessLost } from './process-lost.ts'
import { readBatch, writeBatch, type Ready } from './protocol.ts'
import { QuestionQueue } from './question-queue.ts'
import { Question } from './question.ts'
import type { SpacyEngine, SpacyStatus } from './spacy-engine.ts'
import type { SpacyLimits } from './spacy-options.ts'
import { SpacyProcess, type SpacyCommand } from './spacy-process.ts'
import { loadPatterns, loadSlice, waitUntilReady } from './start-spacy.ts'

export interface Supervised {
  readonly command: SpacyCommand
  readonly limits: SpacyLimits
  /** Ready, and with these patterns. */
  readonly process: SpacyProcess
  readonly ready: Ready
  readonly patterns: PatternSet
}

export class SpacySupervisor implements SpacyEngine {
  readonly name = 'spacy'
  readonly model: string
  readonly #command: SpacyCommand
  readonly #limits: SpacyLimits
  readonly #queue: QuestionQueue
  readonly #fatal = new FatalQuestions()
  readonly #swaps: PatternSwap[] = []
  readonly #closing = new AbortController()
  readonly #ended: Promise<void>
  #process: SpacyProcess
  #ready: Ready
  #patterns: PatternSet
  #starts = 1
  #isRestarting = false
  /** Losses and failed starts since the last answer. */
  #failures = 0
  /** Failed starts since there was a process. */
  #failedStarts = 0
  /** Set from the second failed start on: who asks now is told at once instead of made to wait. */
  #outage: EngineError | undefined
  #lastLoss: string | undefined
  #wake: () => void = () => {}

  constructor({ command, limits, process, ready, patterns }: Supervised) {
    this.model = ready.model
    this.#command = command
    this.#limits = limits
    this.#queue = new QuestionQueue(limits.maxWaiting)
    this.#process = process
    this.#ready = ready
    this.#patterns = patterns
    this.#ended = this.#run()
  }

  get status(): SpacyStatus {
    const { spacyVersion, modelVersion, pythonVersion } = this.#ready
    return {
      state: this.#closing.signal.aborted ? 'closed' : this.#isRestarting ? 'restarting' : 'working',
      pid: this.#process.isLost ? undefined : this.#process.pid,
      starts: this.#starts,
      lastLoss: this.#lastLoss,
      waitingQuestions: this.#queue.length,
      spacyVersion,
      modelVersion,
      pythonVersion,
    }
  }

  ensurePlace(): void {
    this.#ensureOpen()
    if (this.#outage !== undefined) throw this.#outage
    this.#queue.ensurePlace()
  }

  async analyse(text: string, { signal }: AnalyseOptions = {}): Promise<Analysis> {
    signal?.throwIfAborted()
    this.#ensureOpen()
    const split = splitWords(text)
    if (split.words.length === 0) {
      const { version: patternsVersion } = this.#patterns
      return { tokens: [], matches: [], hints: [], patternsVersion, engine: 'spacy', model: this.model }
    }
    if (this.#outage !== undefined) throw this.#outage
    if (this.#fatal.has(split.words)) throw fatalQuestion()
    this.#queue.ensurePlace()
    const question = new Question(split, this.#limits.requestTimeoutMs, signal)
    this.#queue.add(question)
    this.#wake()
    return question.answer
  }

  async setPatterns(patterns: PatternSet): Promise<void> {
    this.#ensureOpen()
    if (this.#outage !== undefined) throw this.#outage
    const swap = new PatternSwap(patterns)
    this.#swaps.push(swap)
    this.#wake()
    return swap.done
  }

  async close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#closing.abort()
      this.#rejectWaiting(closed())
      this.#wake()
    }
    const letGo = keepAlive()
    await this.#process.stop(this.#limits.stopGraceMs)
    await this.#ended
    letGo()
  }

  #ensureOpen(): void {
    if (this.#closing.signal.aborted) throw closed()
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      await this.#serve(this.#process)
      if (this.#closing.signal.aborted) break
      this.#isRestarting = true
      while (!(await this.#restart()) && !this.#closing.signal.aborted);
      this.#isRestarting = false
    }
    this.#rejectWaiting(closed()) // what the last process did not answer
  }

  /** Hands over what there is until the process is lost or the engine closed. */
  async #serve(process: SpacyProcess): Promise<void> {
    void process.lost.then(() => this.#wake())
    while (!process.isLost && !this.#closing.signal.aborted) {
      const [swap] = this.#swaps
      if (swap !== undefined) await this.#loadMore(process, swap)
      if (process.isLost || this.#closing.signal.aborted) break
      const batch = this.#queue.takeBatch(this.#limits.batchQuestions)
      if (batch.length > 0) await this.#askBatch(process, batch)
      else if (this.#swaps.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    if (!process.isLost) return
    const lost = await process.lost
    this.#lastLoss = lost.message
    this.#failures += 1
  }

  async #askBatch(process: SpacyProcess, batch: readonly Question[]): Promise<void> {
    const id = process.nextId()
    const set = this.#patterns
    const wordCounts = batch.map(({ words }) => words.length)
    const request = writeBatch(
      id,
      batch.map(({ words }) => words),
    )
    const read = (answer: unknown) => readBatch(id, wordCounts, set.patterns.length, answer)
    try {
      const found = await process.ask(request, read, this.#limits.hungAfterMs)
      this.#failures = 0
      batch.forEach((question, index) => answerQuestion(question, found[index], set, this.model))
    } catch (error) {
      if (!(error instanceof ProcessLost)) throw error
      for (const question of batch) question.losses += 1
      for (const question of batch.filter(({ losses, isSettled }) => losses > 1 && !isSettled)) {
        this.#fatal.add(question.words)
        question.reject(fatalQuestion(error))
      }
      this.#queue.putBack(batch.filter(({ isSettled }) => !isSettled))
    }
  }

  /** A slice of a set; after the last one it is in force. */
  async #loadMore(process: SpacyProcess, swap: PatternSwap): Promise<void> {
    try {
      const isFirst = swap.loadedBy !== process
      swap.loadedBy = process
      if (!(await loadSlice(process, swap.set, isFirst, this.#limits))) return
      this.#patterns = swap.set
      this.#fatal.clear()
      swap.resolve()
    } catch (error) {
      if (error instanceof ProcessLost) {
        swap.losses += 1
        if (swap.losses === 1) return // once more, with the next process
        swap.reject(new EngineError('ENGINE_PATTERNS', `spaCy ended twice upon them: ${error.message}`))
      } else swap.reject(error)
    }
    this.#swaps.shift()
  }

  /** One try, after its wait. Whether there is a process that can be asked. */
  async #restart(): Promise<boolean> {
    const { firstBackoffMs, maxBackoffMs } = this.#limits
    const waitMs = backoffMs(this.#failures, firstBackoffMs, maxBackoffMs)
    const pause = delay(waitMs, undefined, { signal: this.#closing.signal, ref: false })
    const hasWaited = await pause.then(
      () => true,
      () => false, // closed meanwhile
    )
    if (!hasWaited || this.#closing.signal.aborted) return false
    this.#starts += 1
    const process = new SpacyProcess(this.#command)
    this.#process = process
    try {
      this.#ready = await waitUntilReady(process, this.#limits)
      if (this.#patterns.patterns.length > 0) {
        await loadPatterns(process, this.#patterns, this.#limits)
      }
      this.#outage = undefined
      this.#failedStarts = 0
      return true
    } catch (error) {
      process.kill('it cannot be used')
      this.#failures += 1
      this.#failedStarts += 1
      this.#lastLoss = error instanceof Error ? error.message : String(error)
      // One start may fail for what passes, such as a kill; who waits has time for another.
      if (this.#failedStarts < 2) return false
      this.#outage = new EngineError('ENGINE_GONE', `spaCy was lost and does not start: ${this.#lastLoss}`)
      this.#rejectWaiting(this.#outage)
      return false
    }
  }

  #rejectWaiting(error: EngineError): void {
    this.#queue.rejectAll(error)
    for (const swap of this.#swaps.splice(0)) swap.reject(error)
  }
}

function closed(): EngineError {
  return new EngineError('ENGINE_GONE', 'the engine is closed')
}

function fatalQuestion(cause?: ProcessLost): EngineError {
  const message = "spaCy's process was lost twice upon this question"
  return new EngineError('ENGINE_GONE', message, cause === undefined ? undefined : { cause })
}
