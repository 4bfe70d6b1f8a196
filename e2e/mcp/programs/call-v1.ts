// The agent on the SDK 1.x.
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { traceMcpClient } from '../../../packages/telemetry/src/mcp/index.ts'
import { runClientProgram } from './client-program.ts'

await runClientProgram<unknown>({
  transports: { http: StreamableHTTPClientTransport, sse: SSEClientTransport, stdio: StdioClientTransport },
  connect: async (transport, _era, traced) => {
    const client = new Client({ name: 'client-v1', version: '1.0.0' })
    if (traced) traceMcpClient(client)
    // The SDK's own transports do not satisfy its own interface under exactOptionalPropertyTypes.
    await client.connect(transport as Transport)
    return {
      protocolVersion: undefined,
      callTool: ({ tool, arguments: args }, limits) =>
        client.callTool({ name: tool, arguments: args }, undefined, limits),
      close: () => client.close(),
    }
  },
})
