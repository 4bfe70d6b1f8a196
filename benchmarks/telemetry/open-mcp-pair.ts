import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { traceMcpClient, traceMcpServer } from '../../packages/telemetry/src/mcp/index.ts'

export interface McpPair {
  call(): Promise<void>
  close(): Promise<void>
}

/** A client and a server of SDK 1.x in this process, with a tool that does nothing: what a call costs is what MCP costs. */
export async function openMcpPair(transport: 'memory' | 'http', traced: boolean): Promise<McpPair> {
  const server = new McpServer({ name: 'nothing', version: '1.0.0' })
  server.registerTool('nothing', {}, () => ({ content: [{ type: 'text', text: 'done' }] }))
  const client = new Client({ name: 'agent', version: '1.0.0' })
  if (traced) {
    traceMcpServer(server)
    traceMcpClient(client)
  }
  const stop =
    transport === 'memory' ? await connectInMemory(server, client) : await connectHttp(server, client)
  return {
    call: async () => void (await client.callTool({ name: 'nothing', arguments: {} })),
    close: async () => {
      await client.close()
      await server.close()
      stop()
    },
  }
}

async function connectInMemory(server: McpServer, client: Client): Promise<() => void> {
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair()
  await server.connect(serverSide)
  await client.connect(clientSide)
  return () => undefined
}

async function connectHttp(server: McpServer, client: Client): Promise<() => void> {
  const serverSide = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: true,
  })
  await server.connect(serverSide)
  const http = createServer((request, response) => void serverSide.handleRequest(request, response))
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done))
  const url = new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`)
  await client.connect(new StreamableHTTPClientTransport(url))
  return () => {
    http.close()
    http.closeAllConnections()
  }
}
