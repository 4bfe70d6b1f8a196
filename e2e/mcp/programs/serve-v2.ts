// An MCP server on the SDK 2.x: `--transport http` or `--transport stdio`. Over HTTP, /mcp is the entry that serves both
// eras with a server for each request, /session the 2025 era's transport with sessions, /sse the oldest one.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseArgs } from 'node:util'
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { SSEServerTransport } from '@modelcontextprotocol/server-legacy/sse'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
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
  const server = new McpServer({ name: 'server-v2', version: '1.0.0' })
  if (mcp) traceMcpServer(server)
  for (const [name, tool] of tools) {
    server.registerTool(name, {}, (ctx) => tool(ctx.mcpReq._meta, ctx.mcpReq.signal))
  }
  return server
}

const sessions = new Map<string, NodeStreamableHTTPServerTransport>()
async function serveSession(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const known = sessions.get(String(request.headers['mcp-session-id']))
  if (known !== undefined) return known.handleRequest(request, response)
  const transport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, transport),
  })
  await makeServer().connect(transport)
  await transport.handleRequest(request, response)
}

const streams = new Map<string, SSEServerTransport>()
async function openStream(_request: IncomingMessage, response: ServerResponse): Promise<void> {
  const transport = new SSEServerTransport('/messages', response)
  streams.set(transport.sessionId, transport)
  await makeServer().connect(transport) // built against an older core of the same shape
}
function receiveMessage(request: IncomingMessage, response: ServerResponse): Promise<void> | undefined {
  const id = new URL(request.url ?? '', 'http://localhost').searchParams.get('sessionId')
  return streams.get(id ?? '')?.handlePostMessage(request, response)
}

if (values.transport === 'stdio') {
  serveStdio(makeServer)
  endWith(telemetry, 'stdin')
} else {
  endWith(telemetry, 'SIGTERM')
  const serve = toNodeHandler(createMcpHandler(makeServer))
  listen({
    // Its type of a request is not node's own under exactOptionalPropertyTypes.
    '/mcp': (request, response) => serve(request as Parameters<typeof serve>[0], response),
    '/session': serveSession,
    '/sse': openStream,
    '/messages': receiveMessage,
  })
}
