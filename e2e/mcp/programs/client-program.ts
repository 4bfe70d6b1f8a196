// An agent that calls some tools over MCP and prints an AgentReport: all of it but the SDK.
import { limitCalls, readClientOptions, type ClientOptions, type PlannedCall } from './client-options.ts'
import { runAgent } from './run-agent.ts'
import { beginTracing } from './tracing.ts'

/** A generation of the SDK. */
export interface ClientSdk<Transport> {
  readonly transports: {
    readonly http: new (url: URL) => Transport
    readonly sse: new (url: URL) => Transport
    readonly stdio: new (server: {
      command: string
      args: string[]
      env: Record<string, string>
    }) => Transport
  }
  /** A client that is connected, and traced when `traced` says so. */
  connect(transport: Transport, era: ClientOptions['era'], traced: boolean): Promise<ConnectedClient>
}

interface ConnectedClient {
  readonly protocolVersion: string | undefined
  callTool(call: PlannedCall, limits: { signal?: AbortSignal; timeout?: number }): Promise<unknown>
  close(): Promise<void>
}

export async function runClientProgram<Transport>(sdk: ClientSdk<Transport>): Promise<never> {
  const options = readClientOptions()
  const { telemetry, mcp } = beginTracing(options.tracing, 'mcp-client')
  const limits = limitCalls()
  const client = await sdk.connect(openTransport(sdk, options), options.era, mcp)
  const report = await runAgent(telemetry, options.tools, client.protocolVersion, (call) =>
    client.callTool(call, limits(call)),
  )
  await client.close()
  await telemetry?.shutdown()
  console.log(JSON.stringify(report))
  process.exit()
}

function openTransport<Transport>({ transports }: ClientSdk<Transport>, options: ClientOptions): Transport {
  const { transport, target, serverArgs } = options
  if (transport !== 'stdio') return new transports[transport](new URL(target))
  const env = process.env as Record<string, string>
  return new transports.stdio({ command: target, args: [...serverArgs], env })
}
