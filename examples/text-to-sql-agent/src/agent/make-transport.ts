import {
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import type { AgentSettings } from './read-settings.ts'

/** A new one for each connection. */
export function makeTransport({ transport, mcpUrl, mcpCommand }: AgentSettings): Transport {
  switch (transport) {
    case 'http':
      return new StreamableHTTPClientTransport(new URL(mcpUrl))
    case 'sse':
      return new SSEClientTransport(new URL(mcpUrl))
    case 'stdio': {
      const [command = '', ...args] = mcpCommand
      // The SDK hands down almost nothing of the environment, and the server has spans to send, too.
      return new StdioClientTransport({ command, args, env: { ...(process.env as Record<string, string>) } })
    }
  }
}
