// What the demo's programs find in their environment: the person's own, without what would lead them elsewhere.

type Environment = Readonly<Record<string, string | undefined>>

/** Another database, another collector, another service name: meant for other programs of this shell. */
const meantForOthers = /^(DATABASE_URL$|PG[A-Z]|OTEL_(?!LOG_LEVEL$)|CHINOOK_URL$|MCP_(URL|COMMAND)$)/

/** For all programs. */
export function programEnvironment(env: Environment): Record<string, string> {
  const kept = Object.entries(env).filter(
    ([name, value]) => value !== undefined && !meantForOthers.test(name),
  )
  // All addresses here are of this machine; a proxy would look for them on its own.
  const local = ['127.0.0.1', 'localhost', env['NO_PROXY'] ?? env['no_proxy']].filter(Boolean).join(',')
  return { ...(Object.fromEntries(kept) as Record<string, string>), NO_PROXY: local, no_proxy: local }
}

/** For those that send traces: to Holdfast's gRPC door, and to the disk while that is away. */
export function telemetryEnvironment(otlpGrpcUrl: string, spoolDir: string): Record<string, string> {
  return { OTEL_EXPORTER_OTLP_ENDPOINT: otlpGrpcUrl, TELEMETRY_SPOOL_DIR: spoolDir }
}
