import { Command } from 'commander'
import { readSettings, type Settings } from '../config.ts'
import { letHeapGrow } from './heap-growth.ts'
import { openLog, type Log } from '../log.ts'
import { serverVersion } from '../server-version.ts'
import type { RunningServer } from '../server.ts'
import { CommandFailure, printLines, type CommandContext } from './command-context.ts'
import { describeSettings } from './describe-settings.ts'
import { drawPairs } from './draw-table.ts'
import { explainStartError } from './explain-start-error.ts'
import { formatUrl, isEveryAddress } from './server-url.ts'

// What a stop may take beyond the wait for what was accepted: the doors 12 s, the Query API 5 s, a last batch 5 s, and the
// embedded server's last checkpoint.
const stopGraceMs = 35_000

export function startCommand(context: CommandContext): Command {
  return new Command('start')
    .description('Start the server: OTLP in, Query API out, on PostgreSQL; runs until Ctrl-C or SIGTERM')
    .option('--json', 'print the addresses as one line of JSON')
    .addHelpText(
      'after',
      `
Without DATABASE_URL it runs an embedded PostgreSQL and migrates it by itself. With one, run \`holdfast migrate\` first.
The log goes to standard error, one JSON object a line.

Examples:
  holdfast start
  HOLDFAST_PORT=6060 HOLDFAST_DATA_DIR=/var/lib/holdfast holdfast start
  DATABASE_URL=postgres://holdfast@db/holdfast holdfast start
${describeSettings()}`,
    )
    .action(async ({ json }: { json?: true }) => {
      letHeapGrow()
      const settings = readSettings(context.env)
      const log = openLog(settings.logLevel)
      const stop = waitForStop()
      const server = await start(settings, log)
      if (json === true) context.stdout.write(`${JSON.stringify(addressesOf(server))}\n`)
      else printLines(context, describeServer(server, settings))
      const signal = await stop
      log.info({ signal }, 'stopping: finishing what was accepted')
      await closeInTime(server, settings.shutdownMs + stopGraceMs)
      log.info('stopped')
    })
}

async function start(settings: Settings, log: Log): Promise<RunningServer> {
  // Loaded here, so that the other commands need not wait for the whole server.
  const { startServer } = await import('../server.ts')
  try {
    return await startServer(settings, log)
  } catch (error) {
    throw explainStartError(error, settings)
  }
}

// Heard from the first moment, so that a stop during the start is a clean one too. Further signals change nothing: npm
// passes Ctrl-C on to a program that the terminal has told already.
function waitForStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(signal))
  })
}

async function closeInTime(server: RunningServer, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new CommandFailure(
            `the server did not stop within ${timeoutMs / 1000} s; nothing acknowledged is lost`,
          ),
        ),
      timeoutMs,
    )
  })
  await Promise.race([server.close(), timeout])
  clearTimeout(timer)
}

function addressesOf(server: RunningServer): Record<string, string | null> {
  return {
    version: serverVersion,
    query_url: server.queryUrl,
    otlp_grpc_url: server.otlpGrpcUrl,
    otlp_http_url: server.otlpHttpUrl,
    database_socket_dir: server.databaseSocketDir ?? null,
  }
}

/** What a person sees of a server that runs; exported for its test. */
export function describeServer(server: RunningServer, settings: Settings): string[] {
  const { host } = settings
  const reachable = (url: string): string => formatUrl(host, new URL(url).port)
  const otlpHttpUrl = reachable(server.otlpHttpUrl)
  const database =
    settings.databaseUrl === undefined
      ? `embedded PostgreSQL in ${settings.dataDir}`
      : 'PostgreSQL of DATABASE_URL'
  return [
    `Holdfast ${serverVersion} is running.`,
    ...(isEveryAddress(host) ? [`It listens on every address of this machine (HOLDFAST_HOST=${host}).`] : []),
    '',
    ...drawPairs([
      ['  OTLP/gRPC', reachable(server.otlpGrpcUrl)],
      ['  OTLP/HTTP', otlpHttpUrl],
      ['  Query API', `${reachable(server.queryUrl)}/api/v1/traces  (described at /openapi.json)`],
      ['  Database', database],
    ]),
    '',
    ...drawPairs([
      [
        '  Send spans:',
        `OTEL_EXPORTER_OTLP_ENDPOINT=${otlpHttpUrl} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`,
      ],
      ['  See a trace:', 'holdfast trace <trace id>'],
      ['  Stop:', 'Ctrl-C'],
    ]),
  ]
}
