import { parseArgs } from 'node:util'

const transports = ['http', 'sse', 'stdio'] as const
const engines = ['auto', 'spacy', 'wink'] as const

export interface AgentSettings {
  readonly transport: (typeof transports)[number]
  /** Of the MCP server, for http and sse. */
  readonly mcpUrl: string
  /** What starts it, for stdio: a program and its arguments. */
  readonly mcpCommand: readonly string[]
  readonly engine: (typeof engines)[number]
  readonly modelName: string
  readonly modelBaseUrl: string | undefined
  readonly modelApiKey: string
  /** One line of JSON a question. */
  readonly json: boolean
  /** None: those of questions.json. */
  readonly questions: readonly string[]
}

type Environment = Readonly<Record<string, string | undefined>>

export const usage = `node src/agent/main.ts [--transport http|sse|stdio] [--engine auto|spacy|wink] [--json] [QUESTION …]

Answers questions about the music shop; without any, those of questions.json. From the environment:
  MCP_URL          the MCP server, with --transport http or sse
  MCP_COMMAND      with --transport stdio what starts it, as JSON: ["node", "src/mcp-server/main.ts", "--transport", "stdio"]
  OPENAI_API_KEY   the key; a server of your own may take any
  OPENAI_BASE_URL  any server that speaks the API of OpenAI (…/v1). Default: OpenAI's
  OPENAI_MODEL     default: gpt-5-mini`

/** @throws Error that says what is wrong and what would be right */
export function readSettings(args: readonly string[], env: Environment): AgentSettings {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      transport: { type: 'string', default: 'http' },
      engine: { type: 'string', default: 'auto' },
      json: { type: 'boolean', default: false },
    },
  })
  const transport = oneOf('--transport', transports, values.transport)
  const modelApiKey = env['OPENAI_API_KEY'] || (env['OPENAI_BASE_URL'] ? 'none' : '')
  if (modelApiKey === '') {
    throw new Error('OPENAI_API_KEY is not set: the key, or OPENAI_BASE_URL for a server that needs none')
  }
  return {
    transport,
    mcpUrl: transport === 'stdio' ? '' : readUrl('MCP_URL', env['MCP_URL']),
    mcpCommand: transport === 'stdio' ? readCommand(env['MCP_COMMAND']) : [],
    engine: oneOf('--engine', engines, values.engine),
    modelName: env['OPENAI_MODEL'] || 'gpt-5-mini',
    modelBaseUrl: env['OPENAI_BASE_URL'] ? readUrl('OPENAI_BASE_URL', env['OPENAI_BASE_URL']) : undefined,
    modelApiKey,
    json: values.json,
    questions: positionals,
  }
}

function oneOf<T extends string>(name: string, known: readonly T[], value: string): T {
  const found = known.find((one) => one === value)
  if (found === undefined) throw new Error(`${name} is "${value}"; it takes ${known.join(', ')}`)
  return found
}

function readUrl(name: string, value = ''): string {
  if (/^https?:$/.test(URL.parse(value)?.protocol ?? '')) return value
  throw new Error(`${name} is "${value}"; it takes an address: http://127.0.0.1:5112/mcp`)
}

function readCommand(value = ''): readonly string[] {
  const words = parseJson(value)
  const isCommand =
    Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === 'string')
  if (isCommand) return words
  throw new Error(`MCP_COMMAND is "${value}"; it takes a list in JSON: ["node", "server.ts"]`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
