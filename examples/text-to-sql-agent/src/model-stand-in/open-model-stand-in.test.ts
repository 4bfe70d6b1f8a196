import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import OpenAI from 'openai'
import { countTokens } from './count-tokens.ts'
import { openModelStandIn, standInName, type ModelStandIn } from './open-model-stand-in.ts'

const script = [
  { questions: ['How many?'], sql: ['select 1', 'select 2'], answer: '{n} of {rows}.', row: '{n}/{name}' },
]
let standIn: ModelStandIn
let openai: OpenAI
before(async () => {
  standIn = await openModelStandIn(script)
  openai = new OpenAI({ baseURL: standIn.url, apiKey: 'none', maxRetries: 0 })
})
after(() => standIn.close())

const user = (content: string) => ({ role: 'user', content }) as const
const assistant = (content: string) => ({ role: 'assistant', content }) as const
const ask = (...messages: OpenAI.ChatCompletionMessageParam[]) =>
  openai.chat.completions.create({ model: 'gpt-5-mini', messages })

test('it writes SQL, another after an error, and then the last again', async () => {
  const asked = user('<question>"How many?"</question>')
  const [first, failed] = [assistant('select 1'), user('<problem>"no"</problem>')]
  const texts = [[asked], [asked, first, failed], [asked, first, failed, first, failed]].map(
    async (messages) => (await ask(...messages)).choices[0]?.message.content,
  )
  const block = (sql: string) => `\`\`\`sql\n${sql}\n\`\`\``
  assert.deepEqual(await Promise.all(texts), [block('select 1'), block('select 2'), block('select 2')])
})

test('it makes a sentence of the rows, whatever they hold', async () => {
  const rows = {
    columns: ['n', 'name'],
    rows: [
      [1, 'a {n}'],
      [2, '$& {rows}'],
    ],
  }
  const { choices } = await ask(user(`<question>"How many?"</question><rows>${JSON.stringify(rows)}</rows>`))
  assert.equal(choices[0]?.message.content, '1 of 1/a {n}, 2/$& {rows}.')
})

test('whole and streamed it says the same, what it is, and how many tokens it would be', async () => {
  const messages = [user('<question>"How many?"</question>')]
  const whole = await ask(...messages)
  const stream = await openai.chat.completions.create({
    ...{ model: 'gpt-5-mini', messages, stream_options: { include_usage: true } },
    stream: true,
  })
  const chunks: OpenAI.ChatCompletionChunk[] = []
  for await (const chunk of stream) chunks.push(chunk)
  const streamed = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')
  assert.equal(streamed, whole.choices[0]?.message.content)
  assert.deepEqual(chunks.at(-1)?.usage, whole.usage)
  assert.equal(whole.usage?.completion_tokens, countTokens(streamed))
  for (const { system_fingerprint, model } of [whole, ...chunks]) {
    assert.deepEqual([system_fingerprint, model], ['holdfast-model-stand-in', standInName])
  }
})

test('a question that it does not have it refuses, and says that it is no model', async () => {
  const { choices } = await ask(user('<question>"Why?"</question>'))
  assert.match(choices[0]?.message.content ?? '', /^CANNOT: this is no model but a stand-in.*OPENAI_API_KEY/)
})

test('what it does not speak it refuses as OpenAI would', async () => {
  await assert.rejects(openai.models.list(), { status: 404 })
  const odd = await fetch(`${standIn.url}/chat/completions`, { method: 'POST', body: '{"a' })
  assert.equal(odd.status, 400)
  await assert.rejects(ask(user('x'.repeat(1_000_000))), { status: 413 })
})

test('tokens are counted by words, signs and length', () => {
  assert.equal(countTokens(''), 0)
  assert.equal(countTokens('select count(*) from track'), 2 + 2 + 3 + 1 + 2)
})
