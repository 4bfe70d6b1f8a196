import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { splitWords } from '../split-words.ts'
import { FatalQuestions } from './fatal-questions.ts'
import { QuestionQueue } from './question-queue.ts'
import { Question } from './question.ts'

function ask(t: TestContext, text: string, signal?: AbortSignal): Question {
  const question = new Question(splitWords(text), 60_000, signal)
  question.answer.catch((error: unknown) => String(error)) // some are rejected, which is looked at elsewhere
  t.after(() => question.reject(new Error('over'))) // or its timer keeps this process
  return question
}

const textsOf = (batch: readonly Question[]): string[] => batch.map(({ words }) => words.join(' '))

test('batches are in order, bounded in questions and in words', (t) => {
  const queue = new QuestionQueue(100)
  for (const text of ['a', 'b', 'c']) queue.add(ask(t, text))
  assert.deepEqual(textsOf(queue.takeBatch(2)), ['a', 'b'])
  assert.deepEqual(textsOf(queue.takeBatch(2)), ['c'])
  assert.deepEqual(queue.takeBatch(2), [])
  for (let added = 0; added < 50; added += 1) queue.add(ask(t, 'word '.repeat(250)))
  const [first, second] = [queue.takeBatch(32), queue.takeBatch(32)]
  assert.ok(first.length > 5 && first.length < 32)
  assert.equal(second.length, first.length)
})

test('a question that a process was lost upon goes before the others, and alone', (t) => {
  const queue = new QuestionQueue(100)
  for (const text of ['a', 'b', 'c', 'd']) queue.add(ask(t, text))
  const batch = queue.takeBatch(2)
  for (const question of batch) question.losses += 1
  queue.putBack(batch)
  const handedOver = [queue.takeBatch(9), queue.takeBatch(9), queue.takeBatch(9)]
  assert.deepEqual(handedOver.map(textsOf), [['a'], ['b'], ['c', 'd']])
})

test('questions whose callers gave up take no place and are not handed over', (t) => {
  const queue = new QuestionQueue(2)
  const abort = new AbortController()
  queue.add(ask(t, 'a', abort.signal))
  queue.add(ask(t, 'b'))
  assert.throws(() => queue.ensurePlace(), { code: 'ENGINE_BUSY' })
  abort.abort()
  queue.ensurePlace()
  queue.add(ask(t, 'c'))
  assert.deepEqual(textsOf(queue.takeBatch(9)), ['b', 'c'])
})

test('fatal questions are known by a hash, the newest hundred of them', () => {
  const fatal = new FatalQuestions()
  for (let added = 0; added <= 100; added += 1) fatal.add(['question', String(added)])
  assert.ok(!fatal.has(['question', '0']))
  assert.ok(fatal.has(['question', '1']))
  assert.ok(fatal.has(['question', '100']))
  assert.ok(!fatal.has(['question']))
  fatal.clear()
  assert.ok(!fatal.has(['question', '100']))
})
