// Takes the place of Python and of spacy_worker.py, and misbehaves: `node bad-worker.fixture.ts MODE FOLDER`.
// What it answers otherwise is right: no matches.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const [mode = '', folder = ''] = process.argv.slice(2)

function say(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

const mark = join(folder, 'started')
/** How often it was started before. */
const startsBefore = existsSync(mark) ? readFileSync(mark, 'utf8').length : 0
appendFileSync(mark, 'x')

/** What is done when "poison" is among the questions. */
const uponPoison: Record<string, (id: number) => void> = {
  'garbage-on-poison': () => process.stdout.write('Traceback: poison\n'),
  'endless-line-on-poison': () => process.stdout.write('x'.repeat(20_000_000)),
  'ends-on-poison': () => process.exit(3),
  'hangs-on-poison': () => {},
  'wrong-id-on-poison': (id) => say({ id: id - 1, answers: [{ m: [], h: [] }] }),
  'wrong-numbers-on-poison': (id) => say({ id, answers: [{ m: [0, 0, 9], h: [] }] }),
  'answers-twice-on-poison': (id) => {
    say({ id, answers: [{ m: [], h: [] }] })
    say({ id, answers: [{ m: [], h: [] }] })
  },
  'starts-only-once': () => process.exit(5),
  'second-start-fails': (id) =>
    startsBefore > 1 ? say({ id, answers: [{ m: [], h: [] }] }) : process.exit(5),
}

function answer(line: string): void {
  const { id, texts } = JSON.parse(line) as { id: number; texts?: string[][] }
  if (mode === 'tells-its-variables') {
    say({ id, answers: [{ failed: Object.keys(process.env).sort().join() }] })
    return
  }
  if (texts === undefined) {
    if (mode === 'ends-on-patterns') process.exit(4)
    say({ id, ok: true })
    return
  }
  const misbehave = texts.flat().includes('poison') ? uponPoison[mode] : undefined
  if (misbehave !== undefined) misbehave(id)
  else if (mode === 'fails-on-each') say({ id, answers: texts.map(() => ({ failed: 'ValueError' })) })
  else say({ id, answers: texts.map(() => ({ m: [], h: [] })) })
}

function failsToStart(): boolean {
  if (mode === 'starts-only-once') return startsBefore > 0
  return mode === 'ends-at-start' || (mode === 'second-start-fails' && startsBefore === 1)
}

if (mode === 'never-ready') {
  setInterval(() => {}, 60_000)
} else if (failsToStart()) {
  process.stderr.write("ModuleNotFoundError: No module named 'spacy'\n")
  process.exitCode = 1
} else {
  say({ ready: { model: 'en_bad', modelVersion: '1', spacy: '3', python: '3' } })
  createInterface({ input: process.stdin }).on('line', answer)
  if (mode === 'ignores-the-end') {
    process.on('SIGTERM', () => {})
    setInterval(() => {}, 60_000)
  }
  if (mode === 'floods-stderr') {
    setInterval(() => process.stderr.write('words of a question\n'.repeat(5_000)), 1).unref()
  }
}
