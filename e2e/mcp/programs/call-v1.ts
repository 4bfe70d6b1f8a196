// An agent on the SDK 1.x: calls some tools, then prints an AgentReport.
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { traceMcpClient } from '../../../packages/telemetry/src/mcp/index.ts'
import { limitCalls, readClientOptions } from './client-options.ts'
import { runAgent } from './run-agent.ts'
import { beginTracing } from './tracing.ts'

const options = readClientOptions()
const { telemetry, mcp } = beginTracing(options.tracing, 'mcp-client')
const limits = limitCalls()

const client = new Client({ name: 'client-v1', version: '1.0.0' })
if (mcp) traceMcpClient(client)
// The SDK's own transports do not satisfy its own interface under exactOptionalPropertyTypes.
await client.connect(openTransport() as Transport)

const report = await runAgent(telemetry, options.tools, undefined, (call) =>
  client.callTool({ name: call.tool, arguments: call.arguments }, undefined, limits(call)),
)
await client.close()
await telemetry?.shutdown()
console.log(JSON.stringify(report))
process.exit()

function openTransport(): unknown {
  const { target, serverArgs } = options
  if (options.transport === 'http') return new StreamableHTTPClientTransport(new URL(target))
  if (options.transport === 'sse') return new SSEClientTransport(new URL(target))
  return new StdioClientTransport({
    command: target,
    args: [...serverArgs],
    env: process.env as Record<string, string>,
  })
}
