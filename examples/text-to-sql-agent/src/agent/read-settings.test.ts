import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings } from './read-settings.ts'

const env = { MCP_URL: 'http://127.0.0.1:5112/mcp', OPENAI_API_KEY: 'secret' }

test('without flags: Streamable HTTP, gpt-5-mini at OpenAI, the questions of the demo', () => {
  const settings = readSettings([], env)
  assert.equal(settings.transport, 'http')
  assert.deepEqual([settings.modelName, settings.modelBaseUrl], ['gpt-5-mini', undefined])
  assert.deepEqual(settings.questions, [])
})

test('a server of one’s own needs no key, and a command may have blanks', () => {
  const command = ['node', 'my server.ts']
  const given = { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1', MCP_COMMAND: JSON.stringify(command) }
  const settings = readSettings(['--transport', 'stdio', '--engine', 'wink', 'How many?'], given)
  assert.equal(settings.modelApiKey, 'none')
  assert.deepEqual(settings.mcpCommand, command)
  assert.deepEqual(settings.questions, ['How many?'])
})

for (const [args, given, said] of [
  [['--transport', 'pigeon'], env, /--transport is "pigeon"; it takes http, sse, stdio/],
  [['--engine', 'steam'], env, /--engine/],
  [['--loud'], env, /--loud/],
  [[], { MCP_URL: env.MCP_URL }, /OPENAI_API_KEY is not set/],
  [[], { OPENAI_API_KEY: 'secret' }, /MCP_URL is ""/],
  [[], { ...env, OPENAI_BASE_URL: 'file:///etc' }, /OPENAI_BASE_URL is "file:/],
  [['--transport', 'stdio'], { ...env, MCP_COMMAND: 'node server.ts' }, /list in JSON/],
] as const) {
  test(`says what is wrong: ${String(said)}`, () => {
    assert.throws(() => readSettings(args, given), said)
  })
}
