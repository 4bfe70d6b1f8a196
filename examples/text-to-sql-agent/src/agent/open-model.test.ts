import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { openAgentStage, spansOf } from './agent-stage.fixture.ts'

type Reply = (response: ServerResponse) => void
const question = 'How many tracks are there?'
const json =
  (status: number, body: unknown): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

const cases: readonly (readonly [string, Reply, kind: string, said: RegExp])[] = [
  ['429', json(429, { error: { message: 'slow down' } }), 'ModelBusy', /429.*minute.*slow down/],
  ['401', json(401, { error: { message: 'no' } }), 'ModelRefused', /OPENAI_API_KEY/],
  ['404', json(404, {}), 'ModelRefused', /OPENAI_MODEL/],
  ['500', json(500, { error: { message: 'x'.repeat(10_000) } }), 'ModelRefused', /^.{0,400}$/],
  [
    'a page',
    (response) => response.setHeader('content-type', 'text/html').end('<h1>hello</h1>'),
    'ModelNonsense',
    /OPENAI_BASE_URL/,
  ],
  ['an empty object', json(200, {}), 'ModelNonsense', /without a text/],
  [
    'half of JSON',
    (response) => response.setHeader('content-type', 'application/json').end('{"a'),
    'ModelNonsense',
    /no answer/,
  ],
  [
    'no text',
    json(200, { choices: [{ message: { content: null }, finish_reason: 'length' }] }),
    'ModelNonsense',
    /\(length\)/,
  ],
  ['a closed connection', (response) => response.destroy(), 'ModelAway', /OPENAI_BASE_URL/],
]

for (const [name, reply, kind, said] of cases) {
  test(`a model that answers with ${name}: the question fails and says what to do`, async () => {
    await using model = await openOddModel(reply)
    await using stage = await openAgentStage({ modelUrl: model.url })
    const outcome = await stage.ask(question)
    assert.equal(outcome.failureKind, kind)
    assert.match(outcome.failure ?? '', said)
    const failed = spansOf(outcome).filter(({ status }) => status.code === 'ERROR')
    assert.deepEqual(
      failed.map((span) => span.name).filter((span) => !span.startsWith('chat')),
      ['generate-sql', 'invoke_agent text-to-sql'],
    )
  })
}

test('what is no SQL is told to the model twice, and then to whoever asked', async () => {
  await using model = await openOddModel(json(200, { choices: [{ message: { content: 'I love music!' } }] }))
  await using stage = await openAgentStage({ modelUrl: model.url })
  const outcome = await stage.ask(question)
  assert.deepEqual([outcome.failureKind, outcome.attempts], ['SqlFailed', 3])
  assert.match(outcome.failure ?? '', /syntax error/)
})

async function openOddModel(reply: Reply): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((_, response) => reply(response))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}
