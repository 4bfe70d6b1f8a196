// The engine that needs no Python: a matcher of ours over the tokens of wink-nlp and its English model. One question takes
// some 0.1 ms of this thread, most of it wink's, whether there are 50 patterns or 20 000.
//
// What wink has a say in is little, so that both engines give the same keys: the port's tokens are what stands between
// spaces, so wink's finer ones are put together there again, as spaCy's own tokenizer is not asked either. Neither wink's
// parts of speech nor its lemmas are used: the taggers disagree, and what only one engine sees makes no key. So no match
// depends on how wink cuts a word.
//
// Guarantees what engine/nlp-engine.ts asks. Questions are answered in the order they came; whoever waits for them lets
// others have the event loop every few milliseconds, and hostile patterns are given up after `timeoutMs`.
import { atOnce, inTurns } from '../../in-turns.ts'
import { noPatterns } from '../../patterns/parse-patterns.ts'
import type { PatternSet } from '../../patterns/pattern-set.ts'
import { EngineError, type AnalyseOptions, type Analysis, type NlpEngine } from '../nlp-engine.ts'
import { resolveMatches, type TokenMatch } from '../resolve-matches.ts'
import { splitWords, type SplitText } from '../split-words.ts'
import { compilingPatterns, type CompiledPatterns } from './compile-patterns.ts'
import { EventLoopTurns } from './event-loop-turns.ts'
import { matchWords } from './match-words.ts'
import { openWinkReader, winkModelName } from './read-with-wink.ts'

/** Bounds of the engine in pure JavaScript. */
export interface WinkEngineOptions {
  /** Questions that wait; more are refused with `ENGINE_BUSY`. 10 000 take some 0.1 s. */
  readonly maxWaiting?: number
  /** Of one question, from its turn on. */
  readonly timeoutMs?: number
}

interface Question {
  readonly text: SplitText
  readonly answer: (analysis: Analysis) => void
  readonly fail: (error: unknown) => void
  /** Rejected already: aborted. */
  isOver: boolean
}

/** Loads the model, which takes 0.2 s; there are no patterns yet. */
export async function openWinkEngine(options: WinkEngineOptions = {}): Promise<NlpEngine> {
  const { maxWaiting = 10_000, timeoutMs = 2_000 } = options
  const readWords = openWinkReader()
  readWords(['warm'])
  const turns = new EventLoopTurns()
  const waiting: Question[] = []
  let compiled = atOnce(compilingPatterns(noPatterns))
  let isWorking = false
  let isClosed = false

  async function work(): Promise<void> {
    isWorking = true
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (turns.isOverdue()) await turns.wait()
      if (next.isOver) continue
      try {
        next.answer(await analyseNow(next, compiled))
      } catch (error) {
        next.fail(error)
      }
    }
    isWorking = false
  }

  async function analyseNow(question: Question, patterns: CompiledPatterns): Promise<Analysis> {
    const startedMs = performance.now()
    const { words } = question.text
    const glued = readWords(words)
    // Of what wink makes of a word only the word is of use: where it lost one, the words stand as they were split.
    const matching = matchWords(patterns, glued.length === words.length ? glued : words)
    let step = matching.next()
    while (step.done !== true) {
      if (turns.isOverdue()) await turns.wait()
      if (question.isOver || isClosed) throw gone()
      if (performance.now() - startedMs > timeoutMs) {
        throw new EngineError('ENGINE_TIMEOUT', `the patterns took more than ${timeoutMs} ms for one text of ${words.length} words`) // prettier-ignore
      }
      step = matching.next()
    }
    return toAnalysis(question.text, patterns.set, resolveMatches(step.value))
  }

  function ensurePlace(): void {
    if (isClosed) throw gone()
    if (waiting.length < maxWaiting) return
    throw new EngineError('ENGINE_BUSY', `${waiting.length} texts are waiting already: ask again later`)
  }

  async function analyse(text: string, { signal }: AnalyseOptions = {}): Promise<Analysis> {
    signal?.throwIfAborted()
    ensurePlace()
    const split = splitWords(text)
    return await new Promise<Analysis>((done, fail) => {
      const question: Question = {
        text: split,
        isOver: false,
        answer: (analysis) => {
          signal?.removeEventListener('abort', abort)
          done(analysis)
        },
        fail: (error) => {
          signal?.removeEventListener('abort', abort)
          fail(error instanceof Error ? error : new Error(String(error)))
        },
      }
      const abort = (): void => {
        question.isOver = true
        fail(signal?.reason as Error)
      }
      signal?.addEventListener('abort', abort, { once: true })
      waiting.push(question)
      if (!isWorking) void work()
    })
  }

  let swapped: Promise<unknown> = Promise.resolve()

  /** One after the other, so that the last one that came is in force. */
  async function setPatterns(patterns: PatternSet): Promise<void> {
    if (isClosed) throw gone()
    const swap = swapped.then(() => swapNow(patterns))
    swapped = swap.catch(() => undefined)
    await swap
  }

  async function swapNow(patterns: PatternSet): Promise<void> {
    try {
      compiled = await inTurns(compilingPatterns(patterns))
    } catch (error) {
      throw new EngineError('ENGINE_PATTERNS', 'the patterns cannot be compiled', { cause: error })
    }
  }

  async function close(): Promise<void> {
    isClosed = true
    for (const question of waiting.splice(0)) question.fail(gone())
  }

  return { name: 'wink', model: winkModelName, ensurePlace, analyse, setPatterns, close }
}

function toAnalysis({ tokens }: SplitText, set: PatternSet, matches: readonly TokenMatch[]): Analysis {
  return {
    tokens,
    matches: matches.flatMap(({ patternIndex, start, end }) => {
      const [pattern, first, last] = [set.patterns[patternIndex], tokens[start], tokens[end - 1]]
      if (pattern === undefined || first === undefined || last === undefined) return []
      const { label, id } = pattern
      return [{ label, id, start: first.start, end: last.end, patternIndex }]
    }),
    hints: [],
    patternsVersion: set.version,
    engine: 'wink',
    model: winkModelName,
  }
}

function gone(): EngineError {
  return new EngineError('ENGINE_GONE', 'the engine is closed')
}
