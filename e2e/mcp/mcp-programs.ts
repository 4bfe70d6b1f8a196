// Starts the client and server programs, exporting to a Holdfast.
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { startChild, type Child } from '../stage/child-process.ts'
import type { Addresses } from '../stage/holdfast-process.ts'
import type { Cell, Sdk } from './cells.ts'
import type { AgentReport } from './programs/run-agent.ts'

const programs = join(import.meta.dirname, 'programs')

export interface McpServerProgram {
  readonly url: string
  readonly child: Child
}

/** As an operator sets it. The generations export by different protocols, so that both are used. */
export function telemetryEnvironment(sdk: Sdk, holdfast: Addresses): Record<string, string> {
  const byGrpc = sdk === 'v1'
  return {
    TELEMETRY_BACKEND: 'otel',
    TELEMETRY_SPOOL_DIR: 'off',
    OTEL_EXPORTER_OTLP_PROTOCOL: byGrpc ? 'grpc' : 'http/protobuf',
    OTEL_EXPORTER_OTLP_ENDPOINT: byGrpc ? `http://${holdfast.otlpGrpc}` : holdfast.otlpHttpUrl,
    OTEL_BSP_SCHEDULE_DELAY: '100',
  }
}

/** A server on HTTP; resolves when it listens. */
export async function startMcpServer(
  t: TestContext,
  sdk: Sdk,
  tracing: string,
  holdfast: Addresses,
): Promise<McpServerProgram> {
  const child = startChild(t, {
    title: `serve-${sdk} ${tracing}`,
    command: process.execPath,
    args: [serverProgram(sdk), '--tracing', tracing],
    env: telemetryEnvironment(sdk, holdfast),
  })
  const url = await child.waitForLine((line) =>
    line.startsWith('{"url"') ? (JSON.parse(line) as { url: string }).url : undefined,
  )
  return { url, child }
}

export interface ClientRun {
  readonly cell: Pick<Cell, 'sdk' | 'era' | 'transport'>
  readonly tracing: string
  /** Address of a server on HTTP; on stdio the command line that starts it. */
  readonly target: readonly string[]
  readonly tools: readonly string[]
}

export function startMcpClient(
  t: TestContext,
  run: ClientRun,
  holdfast: Addresses,
  env = telemetryEnvironment(run.cell.sdk, holdfast),
): Child {
  const { sdk, era, transport } = run.cell
  const options = ['--tracing', run.tracing, '--transport', transport, '--era', era]
  return startChild(t, {
    title: `call-${sdk} ${options.join(' ')}`,
    command: process.execPath,
    args: [
      join(programs, `call-${sdk}.ts`),
      ...options,
      ...run.tools.flatMap((tool) => ['--call', tool]),
      '--',
      ...run.target,
    ],
    env,
  })
}

/** Waits for the client's end; rejects, with what it said, when it fails. */
export async function readReport(client: Child): Promise<AgentReport> {
  const report = await client.waitForLine((line) =>
    line.startsWith('{"agent"') ? (JSON.parse(line) as AgentReport) : undefined,
  )
  await client.exited
  return report
}

/** What a client on stdio starts. */
export function stdioTarget(sdk: Sdk, tracing: string): string[] {
  return [process.execPath, serverProgram(sdk), '--transport', 'stdio', '--tracing', tracing]
}

function serverProgram(sdk: Sdk): string {
  return join(programs, `serve-${sdk}.ts`)
}
