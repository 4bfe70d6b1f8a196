// The agent on the SDK 2.x, in the 2025 era or the 2026 one.
import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { traceMcpClient } from '../../../packages/telemetry/src/mcp/index.ts'
import { runClientProgram } from './client-program.ts'

await runClientProgram<Transport>({
  transports: { http: StreamableHTTPClientTransport, sse: SSEClientTransport, stdio: StdioClientTransport },
  connect: async (transport, era, traced) => {
    const client = new Client(
      { name: 'client-v2', version: '1.0.0' },
      { versionNegotiation: { mode: era === '2026' ? 'auto' : 'legacy' } },
    )
    if (traced) traceMcpClient(client)
    await client.connect(transport)
    return {
      protocolVersion: client.getNegotiatedProtocolVersion(),
      callTool: ({ tool, arguments: args }, limits) =>
        client.callTool({ name: tool, arguments: args }, limits),
      close: () => client.close(),
    }
  },
})
