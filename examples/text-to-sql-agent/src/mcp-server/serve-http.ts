// MCP over Streamable HTTP. Without sessions: each request gets a server of its own, so that any process could answer it.
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, type McpServer } from '@modelcontextprotocol/server'

/** Listens on this machine only, 0 for a free port; resolves with the address. */
export function serveHttp(makeServer: () => McpServer, port: number): Promise<string> {
  const handle = toNodeHandler(createMcpHandler(makeServer))
  // Its type of a request is not node's own under exactOptionalPropertyTypes.
  return listenLocally(port, (request, response) => handle(request as Parameters<typeof handle>[0], response))
}

/** Answers programs of this machine, and no web page that is open on it (DNS rebinding). */
export async function listenLocally(
  port: number,
  handle: (...exchange: Parameters<RequestListener>) => Promise<void>,
): Promise<string> {
  const guards = [localhostHostValidation(), localhostOriginValidation()]
  const server = createServer((request, response) => {
    if (!guards.every((allows) => allows(request, response))) return
    handle(request, response).catch((error: unknown) => {
      console.error(error)
      response.destroy()
    })
  })
  await new Promise<void>((listening, failed) => {
    server.once('error', failed).listen(port, '127.0.0.1', listening)
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
}
