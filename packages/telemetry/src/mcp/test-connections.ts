// For tests: an MCP server and a client of the SDK 1.x in one process, over each transport.
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { ReadBuffer, serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export interface HttpServer {
  readonly url: string
  readonly server: Server
  close(): Promise<unknown>
}

export async function listenHttp(handle: Handle): Promise<HttpServer> {
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = (): Promise<unknown> =>
    new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
  return { url: `http://127.0.0.1:${port}/mcp`, server, close }
}

/** Streamable HTTP with sessions, a server for each. */
export async function serveStreamableHttp(makeServer: () => McpServer): Promise<HttpServer> {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  return listenHttp(async (request, response) => {
    const known = sessions.get(String(request.headers['mcp-session-id']))
    if (known !== undefined) return known.handleRequest(request, response)
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
    })
    await makeServer().connect(transport)
    await transport.handleRequest(request, response)
  })
}

export async function serveSse(makeServer: () => McpServer): Promise<HttpServer> {
  const streams = new Map<string, SSEServerTransport>()
  return listenHttp(async (request, response) => {
    const id = new URL(request.url ?? '/', 'http://localhost').searchParams.get('sessionId')
    if (id !== null) return streams.get(id)?.handlePostMessage(request, response)
    const transport = new SSEServerTransport('/messages', response)
    streams.set(transport.sessionId, transport)
    await makeServer().connect(transport)
  })
}

/** A client's end of two pipes, whose other end a StdioServerTransport has. */
function openPipes(): { client: Transport; server: Transport } {
  const toServer = new PassThrough()
  const toClient = new PassThrough()
  const buffer = new ReadBuffer()
  const client: Transport & { _serverParams: unknown } = {
    _serverParams: {},
    start: async () => {
      toClient.on('data', (chunk: Buffer) => {
        buffer.append(chunk)
        for (let message = buffer.readMessage(); message !== null; message = buffer.readMessage()) {
          client.onmessage?.(message)
        }
      })
    },
    send: async (message: JSONRPCMessage) => void toServer.write(serializeMessage(message)),
    close: async () => client.onclose?.(),
  }
  return { client, server: new StdioServerTransport(toServer, toClient) }
}

export interface Connected {
  close(): Promise<unknown>
}

type Connect = (client: Client, makeServer: () => McpServer) => Promise<Connected>

/** Connects a client to a server, each as it was made: with tracing or without. */
export const transports: Readonly<Record<'in memory' | 'HTTP' | 'SSE' | 'stdio', Connect>> = {
  'in memory': async (client, makeServer) => {
    const [serverEnd, clientEnd] = InMemoryTransport.createLinkedPair()
    await makeServer().connect(serverEnd)
    await client.connect(clientEnd)
    return client
  },
  HTTP: async (client, makeServer) => {
    const http = await serveStreamableHttp(makeServer)
    await client.connect(new StreamableHTTPClientTransport(new URL(http.url)))
    return { close: () => client.close().then(() => http.close()) }
  },
  SSE: async (client, makeServer) => {
    const http = await serveSse(makeServer)
    await client.connect(new SSEClientTransport(new URL(http.url)))
    return { close: () => client.close().then(() => http.close()) }
  },
  stdio: async (client, makeServer) => {
    const pipes = openPipes()
    await makeServer().connect(pipes.server)
    await client.connect(pipes.client)
    return client
  },
}
