// MCP over SSE, the transport before Streamable HTTP: for clients that know no other. A stream of answers that stays open, and
// a POST for each message.
import { SSEServerTransport } from '@modelcontextprotocol/server-legacy/sse'
import type { McpServer } from '@modelcontextprotocol/server'
import { listenLocally } from './serve-http.ts'

/** Listens on this machine only, 0 for a free port; resolves with the address of the stream. */
export function serveSse(makeServer: () => McpServer, port: number): Promise<string> {
  const streams = new Map<string, SSEServerTransport>()
  return listenLocally(port, async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    if (request.method === 'GET' && pathname === '/mcp') {
      const transport = new SSEServerTransport('/messages', response)
      streams.set(transport.sessionId, transport)
      response.once('close', () => streams.delete(transport.sessionId))
      await makeServer().connect(transport)
      return
    }
    const transport = streams.get(searchParams.get('sessionId') ?? '')
    if (request.method === 'POST' && transport !== undefined)
      await transport.handlePostMessage(request, response)
    else response.writeHead(404).end()
  })
}
