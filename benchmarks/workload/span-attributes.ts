/**
 * What instrumentations put on spans: OpenTelemetry's semantic conventions for HTTP, databases, GenAI and MCP, with
 * values that vary as they do in a running system.
 */
import { pickNoun, writeSentence, writeText } from './prose.ts'
import type { Random } from './random.ts'
import type { DraftAttributes } from './span-draft.ts'

/** What stays the same through one trace. */
export interface TraceContext {
  readonly userId: string
  readonly tenant: string
  readonly conversationId: string
  readonly mcpSessionId: string
  readonly model: {
    readonly provider: string
    readonly request: string
    readonly response: string
    readonly host: string
  }
}

const models = [
  { provider: 'openai', request: 'gpt-5.2', response: 'gpt-5.2-2026-08-14', host: 'api.openai.com' },
  {
    provider: 'openai',
    request: 'gpt-5.2-mini',
    response: 'gpt-5.2-mini-2026-08-14',
    host: 'api.openai.com',
  },
  {
    provider: 'anthropic',
    request: 'claude-sonnet-5',
    response: 'claude-sonnet-5-20260701',
    host: 'api.anthropic.com',
  },
  {
    provider: 'gcp.gemini',
    request: 'gemini-3-flash',
    response: 'gemini-3-flash-002',
    host: 'generativelanguage.googleapis.com',
  },
  {
    provider: 'mistral_ai',
    request: 'mistral-large-latest',
    response: 'mistral-large-2606',
    host: 'api.mistral.ai',
  },
] as const
export const tables = [
  'orders',
  'order_items',
  'customers',
  'invoices',
  'payments',
  'shipments',
  'inventory',
  'regions',
] as const
export const tools = [
  'run_sql',
  'describe_table',
  'list_tables',
  'explain_query',
  'search_documents',
] as const
const userAgents = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15',
  'okhttp/5.1.0',
  'python-httpx/0.29.1',
  'node',
] as const

export function makeContext(random: Random): TraceContext {
  return {
    userId: `user-${random.between(10_000, 99_999)}`,
    tenant: `tenant-${random.between(1, 400)}`,
    conversationId: `conv_${random.hex(24)}`,
    mcpSessionId: random.uuid(),
    model: random.pickSkewed(models),
  }
}

export function httpServer(
  random: Random,
  context: TraceContext,
  method: string,
  route: string,
  status: number,
): DraftAttributes {
  return [
    ['http.request.method', method],
    ['url.scheme', 'https'],
    ['url.path', route.replace(/\{\w+\}/g, () => random.hex(12))],
    ['http.route', route],
    ['http.response.status_code', status],
    ['http.request.body.size', Math.round(random.longTailed(420, 1, 90_000))],
    ['http.response.body.size', Math.round(random.longTailed(2600, 1.2, 900_000))],
    ['server.address', 'api.example.com'],
    ['server.port', 443],
    ['client.address', `10.${random.between(0, 3)}.${random.between(0, 255)}.${random.between(1, 254)}`],
    ['network.peer.port', random.between(32_768, 60_999)],
    ['network.protocol.version', random.chance(0.7) ? '2' : '1.1'],
    ['user_agent.original', random.pickSkewed(userAgents)],
    ['user.id', context.userId],
    ['app.tenant', context.tenant],
    ['app.request_id', random.uuid()],
    ['thread.id', random.between(1, 64)],
  ]
}

export function httpClient(
  random: Random,
  method: string,
  host: string,
  path: string,
  status: number,
): DraftAttributes {
  return [
    ['http.request.method', method],
    ['url.full', `https://${host}${path}?trace=${random.hex(8)}`],
    ['server.address', host],
    ['server.port', 443],
    ['http.response.status_code', status],
    ['http.request.resend_count', 0],
    ['http.request.body.size', Math.round(random.longTailed(420, 1, 90_000))],
    ['http.response.body.size', Math.round(random.longTailed(2600, 1.2, 900_000))],
    ['network.peer.address', `10.96.${random.between(0, 15)}.${random.between(1, 254)}`],
    ['network.peer.port', 443],
    ['network.protocol.name', 'http'],
    ['network.protocol.version', '1.1'],
    ['network.transport', 'tcp'],
    ['thread.id', random.between(1, 64)],
  ]
}

export function database(
  random: Random,
  context: TraceContext,
  operation: string,
  table: string,
): DraftAttributes {
  const text = writeSql(random, operation, table)
  return [
    ['db.system.name', 'postgresql'],
    ['db.namespace', 'warehouse|public'],
    ['db.operation.name', operation],
    ['db.collection.name', table],
    ['db.query.text', text],
    ['db.query.summary', `${operation} ${table}`],
    ['db.response.returned_rows', Math.round(random.longTailed(12, 1.4, 10_000))],
    ['server.address', `warehouse-${random.between(0, 2)}.db.internal`],
    ['server.port', 5432],
    ['network.peer.address', `10.97.0.${random.between(2, 30)}`],
    ['db.client.connection.pool.name', 'warehouse-readers'],
    ['app.tenant', context.tenant],
    ['thread.id', random.between(1, 64)],
    ['thread.name', `pool-2-thread-${random.between(1, 32)}`],
  ]
}

export function cache(random: Random, context: TraceContext, operation: string): DraftAttributes {
  return [
    ['db.system.name', 'redis'],
    ['db.namespace', '0'],
    ['db.operation.name', operation],
    ['db.query.text', `${operation} session:${context.tenant}:${random.hex(12)}`],
    ['server.address', 'sessions.cache.internal'],
    ['server.port', 6379],
    ['network.peer.address', `10.98.0.${random.between(2, 12)}`],
    ['network.peer.port', 6379],
    ['network.transport', 'tcp'],
    ['app.cache.hit', random.chance(0.8)],
    ['app.cache.item_size', Math.round(random.longTailed(900, 1, 60_000))],
    ['app.tenant', context.tenant],
    ['thread.id', random.between(1, 64)],
  ]
}

export function message(random: Random, context: TraceContext, topic: string): DraftAttributes {
  return [
    ['messaging.system', 'kafka'],
    ['messaging.operation.name', 'send'],
    ['messaging.operation.type', 'send'],
    ['messaging.destination.name', topic],
    ['messaging.destination.partition.id', String(random.between(0, 31))],
    ['messaging.kafka.message.key', random.uuid()],
    ['messaging.kafka.offset', random.between(1_000_000, 900_000_000)],
    ['messaging.message.body.size', Math.round(random.longTailed(800, 0.8, 60_000))],
    ['messaging.client.id', `producer-${random.between(1, 12)}`],
    ['server.address', `kafka-${random.between(0, 5)}.internal`],
    ['server.port', 9092],
    ['app.tenant', context.tenant],
    ['thread.id', random.between(1, 64)],
  ]
}

export function agent(random: Random, context: TraceContext): DraftAttributes {
  return [
    ['gen_ai.operation.name', 'invoke_agent'],
    ['gen_ai.provider.name', context.model.provider],
    ['gen_ai.agent.name', 'warehouse analyst'],
    ['gen_ai.agent.id', 'agent_5fd1c2'],
    ['gen_ai.agent.version', '14'],
    ['gen_ai.conversation.id', context.conversationId],
    ['gen_ai.request.model', context.model.request],
    ['gen_ai.usage.input_tokens', random.between(900, 9000)],
    ['gen_ai.usage.output_tokens', random.between(80, 1800)],
    ['gen_ai.data_source.id', 'warehouse'],
    ['user.id', context.userId],
    ['app.tenant', context.tenant],
    ['app.agent.steps', random.between(1, 6)],
    ['app.agent.plan', writeSentence(random)],
  ]
}

/** A model call with its messages. Their lengths have a long tail, as prompts and answers do. */
export function chat(random: Random, context: TraceContext): DraftAttributes {
  const question = writeText(random, random.longTailed(370, 0.9, 8000))
  const answer = writeText(random, random.longTailed(390, 0.8, 8000))
  const inputTokens = Math.round(question.length / 4) + random.between(300, 4000)
  return [
    ['gen_ai.operation.name', 'chat'],
    ['gen_ai.provider.name', context.model.provider],
    ['gen_ai.request.model', context.model.request],
    ['gen_ai.response.model', context.model.response],
    ['gen_ai.response.id', `chatcmpl-${random.hex(29)}`],
    ['gen_ai.response.finish_reasons', [random.chance(0.6) ? 'stop' : 'tool_calls']],
    ['gen_ai.request.temperature', { double: random.pick([0, 0.2, 0.7, 1]) }],
    ['gen_ai.request.max_tokens', random.pick([1024, 2048, 4096])],
    ['gen_ai.usage.input_tokens', inputTokens],
    ['gen_ai.usage.output_tokens', Math.round(answer.length / 4)],
    ['gen_ai.usage.cache_read.input_tokens', random.chance(0.5) ? random.between(0, inputTokens) : 0],
    ['gen_ai.response.time_to_first_chunk', { double: random.longTailed(0.4, 0.5, 9) }],
    ['gen_ai.conversation.id', context.conversationId],
    ['gen_ai.agent.name', 'warehouse analyst'],
    ['gen_ai.output.type', 'text'],
    ['server.address', context.model.host],
    ['server.port', 443],
    [
      'gen_ai.input.messages',
      JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: question }] }]),
    ],
    [
      'gen_ai.output.messages',
      JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: answer }] }]),
    ],
  ]
}

export function tool(random: Random, context: TraceContext, name: string): DraftAttributes {
  return [
    ['gen_ai.operation.name', 'execute_tool'],
    ['gen_ai.tool.name', name],
    ['gen_ai.tool.type', 'function'],
    ['gen_ai.tool.call.id', `call_${random.hex(24)}`],
    [
      'gen_ai.tool.call.arguments',
      JSON.stringify({
        query: writeSql(random, 'SELECT', random.pick(tables)),
        limit: random.between(10, 500),
      }),
    ],
    ['gen_ai.tool.call.result', JSON.stringify({ rows: writeRows(random) })],
    ['gen_ai.agent.name', 'warehouse analyst'],
    ['gen_ai.conversation.id', context.conversationId],
    ['user.id', context.userId],
    ['app.tenant', context.tenant],
    ['app.tool.attempt', 1],
  ]
}

export function mcp(
  random: Random,
  context: TraceContext,
  name: string,
  side: 'client' | 'server',
): DraftAttributes {
  return [
    ['mcp.method.name', 'tools/call'],
    ['mcp.protocol.version', '2026-07-28'],
    ['mcp.session.id', context.mcpSessionId],
    ['jsonrpc.request.id', String(random.between(1, 4000))],
    ['gen_ai.operation.name', 'execute_tool'],
    ['gen_ai.tool.name', name],
    ['network.transport', 'tcp'],
    ['network.protocol.name', 'http'],
    ['network.protocol.version', '1.1'],
    [
      `${side === 'client' ? 'server' : 'client'}.address`,
      side === 'client' ? 'warehouse-mcp.internal' : `10.96.1.${random.between(2, 60)}`,
    ],
    [
      `${side === 'client' ? 'server' : 'client'}.port`,
      side === 'client' ? 8080 : random.between(32_768, 60_999),
    ],
    ['app.tenant', context.tenant],
  ]
}

function writeRows(random: Random): readonly (readonly [string, number])[] {
  return Array.from({ length: random.between(1, 9) }, () => [
    pickNoun(random),
    random.between(100, 9_999_999) / 100,
  ])
}

function writeSql(random: Random, operation: string, table: string): string {
  const column = `${pickNoun(random)}_id`
  const other = `${pickNoun(random)}_${random.pick(['count', 'total', 'at', 'code'])}`
  if (operation === 'INSERT') return `INSERT INTO ${table} (${column}, ${other}) VALUES ($1, $2) RETURNING id`
  if (operation === 'UPDATE') return `UPDATE ${table} SET ${other} = $1 WHERE ${column} = $2`
  return `SELECT ${column}, sum(${other}) FROM ${table} WHERE ${other} > $1 GROUP BY ${column} ORDER BY 2 DESC LIMIT ${random.between(5, 500)}`
}
