// `@holdfast/telemetry/mcp`: one trace across MCP. Guarantees: a message is never changed but for context in its
// `_meta` and headers, never delayed, and never lost to tracing; every span that is started ends. Refuses: to touch
// anything whose shape it does not know. Needs nothing but `@opentelemetry/api`, and no MCP SDK: both generations are
// known by shape. Called by the authors of agents and of MCP servers.
export { traceMcpClient, traceMcpServer } from './trace-mcp.ts'
export { traceMcpFetch, type FetchLike } from './trace-mcp-fetch.ts'
export type { Carrier, McpTracingOptions } from './mcp-options.ts'
export type { McpEndpoint, McpTransport } from './mcp-shapes.ts'
export { withRequestContext, type RequestHeaders } from './http/request-context.ts'
export { expressMiddleware, type ExpressMiddleware } from './http/express-middleware.ts'
export {
  fastifyPlugin,
  type FastifyHook,
  type FastifyLike,
  type FastifyPlugin,
} from './http/fastify-plugin.ts'
export { honoMiddleware, type HonoMiddleware } from './http/hono-middleware.ts'
