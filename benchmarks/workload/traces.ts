/**
 * The traces of the workload, 11 spans long on average: an agent's turn over a text-to-SQL tool (gateway, agent, MCP
 * server, database), a plain request of a service, and a batch job. One span in eight is a model call.
 */
import type { Random } from './random.ts'
import * as attributes from './span-attributes.ts'
import type { ServiceName } from './instances.ts'
import { kinds, TraceDraft, type Instance, type SpanDraft } from './span-draft.ts'

export type Instances = ReadonlyMap<ServiceName, readonly Instance[]>

/** No trace of writeTrace is longer; writeBatchJob takes any length. */
export const longestTrace = 21

export function writeTrace(random: Random, instances: Instances): readonly SpanDraft[] {
  return random.chance(0.61) ? writeAgentTurn(random, instances) : writeRequest(random, instances)
}

/** The gateway hands a question to the agent, which goes round: ask the model, call a tool; and answers. 11 to 21 spans. */
function writeAgentTurn(random: Random, instances: Instances): readonly SpanDraft[] {
  const context = attributes.makeContext(random)
  const trace = new TraceDraft()
  const gateway = pickInstance(random, instances, 'edge-gateway')
  const analyst = pickInstance(random, instances, 'analyst-agent')
  const warehouse = pickInstance(random, instances, 'warehouse-mcp-server')
  const route = '/v1/conversations/{conversation_id}/messages'
  const edge = trace.open({
    ...http(gateway),
    name: `POST ${route}`,
    kind: kinds.server,
    parent: undefined,
    attributes: attributes.httpServer(random, context, 'POST', route, 200),
  })
  trace.pass(random.longTailed(1, 0.5, 20))
  const call = trace.open({
    ...http(gateway),
    name: 'POST',
    kind: kinds.client,
    parent: edge,
    attributes: attributes.httpClient(random, 'POST', 'analyst-agent.internal', '/run', 200),
  })
  trace.pass(random.longTailed(0.6, 0.5, 20))
  const run = trace.open({
    ...http(analyst),
    name: 'POST /run',
    kind: kinds.server,
    parent: call,
    attributes: attributes.httpServer(random, context, 'POST', '/run', 200),
  })
  const agent = trace.open({
    instance: analyst,
    scope: 'analyst-agent',
    name: 'invoke_agent warehouse analyst',
    kind: kinds.internal,
    parent: run,
    attributes: attributes.agent(random, context),
  })
  const chat = (): void => {
    const span = trace.open({
      instance: analyst,
      scope: '@opentelemetry/instrumentation-openai',
      name: `chat ${context.model.request}`,
      kind: kinds.client,
      parent: agent,
      attributes: attributes.chat(random, context),
    })
    trace.close(span, random.longTailed(900, 0.6, 6000))
  }
  for (let rounds = random.pickSkewed([1, 1, 2, 3]); rounds > 0; rounds--) {
    chat()
    callTool(random, trace, context, agent, analyst, warehouse)
  }
  chat()
  const keep = trace.open({
    instance: analyst,
    scope: '@opentelemetry/instrumentation-pg',
    name: 'INSERT payments',
    kind: kinds.client,
    parent: agent,
    attributes: attributes.database(random, context, 'INSERT', 'payments'),
  })
  trace.close(keep, random.longTailed(3, 0.6, 200))
  for (const span of [agent, run, call, edge]) trace.close(span, random.longTailed(0.4, 0.5, 20))
  return trace.finish()
}

function callTool(
  random: Random,
  trace: TraceDraft,
  context: attributes.TraceContext,
  parent: SpanDraft,
  analyst: Instance,
  warehouse: Instance,
): void {
  const name = random.pickSkewed(attributes.tools)
  const table = random.pick(attributes.tables)
  const tool = trace.open({
    instance: analyst,
    scope: 'analyst-agent',
    name: `execute_tool ${name}`,
    kind: kinds.internal,
    parent,
    attributes: attributes.tool(random, context, name),
  })
  const client = trace.open({
    instance: analyst,
    scope: 'mcp-client',
    name: `tools/call ${name}`,
    kind: kinds.client,
    parent: tool,
    attributes: attributes.mcp(random, context, name, 'client'),
  })
  trace.pass(random.longTailed(1, 0.5, 20))
  const server = trace.open({
    instance: warehouse,
    scope: 'mcp-server',
    name: `tools/call ${name}`,
    kind: kinds.server,
    parent: client,
    attributes: attributes.mcp(random, context, name, 'server'),
  })
  const query = trace.open({
    instance: warehouse,
    scope: 'opentelemetry.instrumentation.psycopg',
    name: `SELECT ${table}`,
    kind: kinds.client,
    parent: server,
    attributes: attributes.database(random, context, 'SELECT', table),
  })
  if (random.chance(0.06)) fail(query, 'QueryCanceled', 'canceling statement due to statement timeout')
  trace.close(query, random.longTailed(35, 1, 1500))
  for (const span of [server, client, tool]) trace.close(span, random.longTailed(0.5, 0.5, 20))
}

/** A request served by two services with a cache, a database and an event. 6 to 12 spans. */
function writeRequest(random: Random, instances: Instances): readonly SpanDraft[] {
  const context = attributes.makeContext(random)
  const trace = new TraceDraft()
  const gateway = pickInstance(random, instances, 'edge-gateway')
  const orders = pickInstance(random, instances, 'orders-service')
  const [method, route] = random.pickSkewed([
    ['GET', '/v1/orders/{order_id}'],
    ['GET', '/v1/customers/{customer_id}/orders'],
    ['POST', '/v1/orders'],
    ['PATCH', '/v1/orders/{order_id}/items/{item_id}'],
    ['DELETE', '/v1/carts/{cart_id}'],
  ] as const)
  const status = random.chance(0.04) ? 503 : method === 'POST' ? 201 : 200
  const edge = trace.open({
    ...http(gateway),
    name: `${method} ${route}`,
    kind: kinds.server,
    parent: undefined,
    attributes: attributes.httpServer(random, context, method, route, status),
  })
  trace.pass(random.longTailed(1, 0.5, 20))
  const call = trace.open({
    ...http(gateway),
    name: method,
    kind: kinds.client,
    parent: edge,
    attributes: attributes.httpClient(random, method, 'orders-service.internal', route, status),
  })
  const served = trace.open({
    instance: orders,
    scope: 'io.opentelemetry.tomcat-10.0',
    name: `${method} ${route}`,
    kind: kinds.server,
    parent: call,
    attributes: attributes.httpServer(random, context, method, route, status),
  })
  const look = trace.open({
    instance: orders,
    scope: 'io.opentelemetry.lettuce-5.1',
    name: 'GET',
    kind: kinds.client,
    parent: served,
    attributes: attributes.cache(random, context, 'GET'),
  })
  trace.close(look, random.longTailed(0.8, 0.5, 40))
  for (let queries = random.between(1, 6); queries > 0; queries--) {
    const operation = method === 'GET' ? 'SELECT' : random.pick(['SELECT', 'UPDATE', 'INSERT'])
    const table = random.pickSkewed(attributes.tables)
    const query = trace.open({
      instance: orders,
      scope: 'io.opentelemetry.jdbc',
      name: `${operation} ${table}`,
      kind: kinds.client,
      parent: served,
      attributes: attributes.database(random, context, operation, table),
    })
    trace.close(query, random.longTailed(4, 0.9, 900))
  }
  const event = trace.open({
    instance: orders,
    scope: 'io.opentelemetry.kafka-clients-2.6',
    name: 'send order-events',
    kind: kinds.producer,
    parent: served,
    attributes: attributes.message(random, context, 'order-events'),
  })
  trace.close(event, random.longTailed(2, 0.5, 60))
  if (status === 503) fail(served, 'java.net.ConnectException', 'Connection refused')
  for (const span of [served, call, edge]) trace.close(span, random.longTailed(0.5, 0.5, 20))
  return trace.finish()
}

/** A root and `length` − 1 queries; fills what is left of a pool. */
export function writeBatchJob(random: Random, instances: Instances, length: number): readonly SpanDraft[] {
  const context = attributes.makeContext(random)
  const trace = new TraceDraft()
  const billing = pickInstance(random, instances, 'billing-worker')
  const job = trace.open({
    instance: billing,
    scope: 'billing/jobs',
    name: 'close invoices',
    kind: kinds.internal,
    parent: undefined,
    attributes: attributes.message(random, context, 'invoices'),
  })
  for (let queries = length - 1; queries > 0; queries--) {
    const query = trace.open({
      instance: billing,
      scope: 'go.opentelemetry.io/contrib/otelsql',
      name: 'UPDATE invoices',
      kind: kinds.client,
      parent: job,
      attributes: attributes.database(random, context, 'UPDATE', 'invoices'),
    })
    trace.close(query, random.longTailed(4, 0.9, 900))
  }
  trace.close(job, 1)
  return trace.finish()
}

function http(instance: Instance): { instance: Instance; scope: string } {
  return { instance, scope: '@opentelemetry/instrumentation-http' }
}

function pickInstance(random: Random, instances: Instances, name: ServiceName): Instance {
  return random.pick(instances.get(name)!)
}

function fail(span: SpanDraft, type: string, message: string): void {
  const frames = [
    'Pool.acquire',
    'Session.execute',
    'Repository.find',
    'Handler.handle',
    'Filter.doFilter',
    'Thread.run',
  ]
  const stack = frames.map(
    (frame, depth) => `    at com.example.${frame}(${frame.split('.')[0]}.java:${40 + depth * 17})`,
  )
  span.error = { type, message, stack: `${type}: ${message}\n${stack.join('\n')}` }
}
