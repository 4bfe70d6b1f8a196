// An MCP server on the SDK 1.x: `--transport http` (Streamable HTTP at /mcp, SSE at /sse) or `--transport stdio`.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseArgs } from 'node:util'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { traceMcpServer } from '../../../packages/telemetry/src/mcp/index.ts'
import { endWith, listen } from './listen.ts'
import { makeTools } from './tool-set.ts'
import { beginTracing } from './tracing.ts'

const { values } = parseArgs({
  options: { transport: { type: 'string', default: 'http' }, tracing: { type: 'string', default: 'mcp' } },
})
const { telemetry, mcp } = beginTracing(values.tracing, 'mcp-server')
const tools = Object.entries(makeTools(telemetry))

function makeServer(): McpServer {
  const server = new McpServer({ name: 'server-v1', version: '1.0.0' })
  if (mcp) traceMcpServer(server)
  for (const [name, tool] of tools) {
    server.registerTool(name, {}, (extra) => tool(extra._meta, extra.signal))
  }
  return server
}

// The SDK's own transports do not satisfy its own interface under exactOptionalPropertyTypes.
const connect = (transport: unknown): Promise<void> => makeServer().connect(transport as Transport)

const sessions = new Map<string, StreamableHTTPServerTransport>()
async function serveStreamableHttp(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const known = sessions.get(String(request.headers['mcp-session-id']))
  if (known !== undefined) return known.handleRequest(request, response)
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, transport),
  })
  await connect(transport)
  await transport.handleRequest(request, response)
}

const streams = new Map<string, SSEServerTransport>()
async function openStream(_request: IncomingMessage, response: ServerResponse): Promise<void> {
  const transport = new SSEServerTransport('/messages', response)
  streams.set(transport.sessionId, transport)
  await connect(transport)
}
function receiveMessage(request: IncomingMessage, response: ServerResponse): Promise<void> | undefined {
  const id = new URL(request.url ?? '', 'http://localhost').searchParams.get('sessionId')
  return streams.get(id ?? '')?.handlePostMessage(request, response)
}

if (values.transport === 'stdio') {
  await connect(new StdioServerTransport())
  endWith(telemetry, 'stdin')
} else {
  endWith(telemetry, 'SIGTERM')
  listen({ '/mcp': serveStreamableHttp, '/sse': openStream, '/messages': receiveMessage })
}
