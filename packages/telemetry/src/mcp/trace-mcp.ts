// What an author calls. Neither function throws, and both return what they were given.
import { report } from '../report.ts'
import { contain } from './contain.ts'
import { readMcpSettings, type McpSettings, type McpTracingOptions } from './mcp-options.ts'
import { isEndpoint, isTransport, type Endpoint, type McpEndpoint, type McpTransport } from './mcp-shapes.ts'
import { patchTransport } from './patch-transport.ts'
import { markTraced } from './traced-mark.ts'

/**
 * Traces an MCP client, or its transport, of `@modelcontextprotocol/sdk` 1.x or `@modelcontextprotocol/client` 2.x:
 * each request and notification is a CLIENT span (gen-ai/mcp.md, "Client"), its context travels in `params._meta` and,
 * over HTTP, in the headers. What the server asks of the client is a SERVER span.
 *
 * Call it before `connect`, or later: from then on it traces. Twice is once.
 */
export function traceMcpClient<T extends McpEndpoint | McpTransport>(
  target: T,
  options?: McpTracingOptions,
): T {
  return traceMcp(target, options, 'traceMcpClient')
}

/**
 * Traces an MCP server (`McpServer` or the low-level `Server`), or its transport, of `@modelcontextprotocol/sdk` 1.x or
 * `@modelcontextprotocol/server` 2.x: each request and notification is a SERVER span (gen-ai/mcp.md, "Server"), child
 * of the context in `params._meta`, else of that in the HTTP headers; handlers run inside it. What the server asks of
 * the client is a CLIENT span.
 *
 * In 2.x, where a factory makes the servers, call it inside the factory. Twice is once.
 */
export function traceMcpServer<T extends McpEndpoint | McpTransport>(
  target: T,
  options?: McpTracingOptions,
): T {
  return traceMcp(target, options, 'traceMcpServer')
}

function traceMcp<T>(target: T, options: McpTracingOptions | undefined, caller: string): T {
  contain(() => {
    const settings = readMcpSettings(options)
    if (isTransport(target)) patchTransport(target, settings)
    else if (isEndpoint(target)) patchEndpoint(target, settings)
    else {
      const given =
        typeof target === 'function' ? 'a function (with a factory, call it inside)' : 'something else'
      report.warnOnce(
        'HOLDFAST_MCP_TARGET',
        `${caller} traces MCP clients, servers and transports, and was given ${given}`,
      )
    }
  })
  return target
}

function patchEndpoint(target: Endpoint, settings: McpSettings): void {
  const { server, transport } = target as { server?: unknown; transport?: unknown }
  // An McpServer connects the Server inside it; a 2.x factory's caller connects that one itself.
  if (isEndpoint(server)) return patchEndpoint(server, settings)
  if (!markTraced(target)) return
  const connect = target.connect
  target.connect = function (this: unknown, to, ...rest) {
    if (isTransport(to)) patchTransport(to, settings)
    return connect.call(this, to, ...rest)
  }
  if (isTransport(transport)) patchTransport(transport, settings)
}
