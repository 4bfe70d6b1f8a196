// An agent on the SDK 2.x, in the 2025 era or the 2026 one: calls some tools, then prints an AgentReport.
import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { traceMcpClient } from '../../../packages/telemetry/src/mcp/index.ts'
import { limitCalls, readClientOptions } from './client-options.ts'
import { runAgent } from './run-agent.ts'
import { beginTracing } from './tracing.ts'

const options = readClientOptions()
const { telemetry, mcp } = beginTracing(options.tracing, 'mcp-client')
const limits = limitCalls()

const client = new Client(
  { name: 'client-v2', version: '1.0.0' },
  { versionNegotiation: { mode: options.era === '2026' ? 'auto' : 'legacy' } },
)
if (mcp) traceMcpClient(client)
await client.connect(openTransport())

const report = await runAgent(telemetry, options.tools, client.getNegotiatedProtocolVersion(), (call) =>
  client.callTool({ name: call.tool, arguments: call.arguments }, limits(call)),
)
await client.close()
await telemetry?.shutdown()
console.log(JSON.stringify(report))
process.exit()

function openTransport(): Transport {
  const { target, serverArgs } = options
  if (options.transport === 'http') return new StreamableHTTPClientTransport(new URL(target))
  if (options.transport === 'sse') return new SSEClientTransport(new URL(target))
  return new StdioClientTransport({
    command: target,
    args: [...serverArgs],
    env: process.env as Record<string, string>,
  })
}
