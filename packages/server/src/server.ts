/**
 * The composition root: opens the rooms in the order in which they need each other, and closes them in reverse. What stands
 * first in startServer is started first and stopped last; that order is the architecture.
 */
import { extname } from 'node:path'
import { ConfigError, type Settings } from './config.ts'
import type { Log } from './log.ts'
import { openMetrics, registerCoordinatorMetrics } from './metrics.ts'
import { openCoordinator, type PersistenceCoordinator } from './persist/coordinator.ts'
import { checkDatabase } from './postgres/check-database.ts'
import { openEmbeddedServer } from './postgres/embedded-server.ts'
import { openLeaderLease } from './postgres/leader-lease.ts'
import { migrate } from './postgres/migrations.ts'
import { openPool, targetOfUrl, type DatabaseTarget } from './postgres/pool.ts'
import { checkSchema } from './postgres/schema-state.ts'
import { openWakeSignal } from './postgres/wake-signal.ts'
import { openQueryApi } from './query/query-api.ts'
import { openAppender } from './queue/appender.ts'
import { openBacklog } from './queue/backlog.ts'
import { ByteBudget } from './queue/byte-budget.ts'
import { HandoverWriter, makeHandoverMemory } from './queue/handover.ts'
import { explainListenError } from './receive/listen.ts'
import { openReceiver } from './receive/receiver.ts'
import { registerReceiverMetrics } from './receive/receiver-metrics.ts'
import { openPostgresTraceStore } from './store/postgres/postgres-trace-store.ts'
import { rescueClaims } from './upkeep/rescue-claims.ts'
import { openUpkeep } from './upkeep/upkeep.ts'
import type pg from 'pg'

export interface RunningServer {
  readonly queryUrl: string
  readonly otlpHttpUrl: string
  readonly otlpGrpcUrl: string
  /** Where the embedded server's socket is; undefined with a DATABASE_URL. */
  readonly databaseSocketDir: string | undefined
  /** Stops accepting, finishes what was accepted and claimed, closes everything. Idempotent. */
  close(): Promise<void>
}

// Appends need few connections, for they travel in groups; the backlog's reading has one of its own.
const appendConnections = 3
// Three times what an OTLP client waits for its answer: an append that takes longer is nobody's any more.
const appendTimeoutMs = 30_000
const queryConnections = 8
const upkeepConnections = 3

// Raw bytes a persist thread decodes in one transaction: some thousand spans. More holds the locks of more traces for
// longer, less pays more commits.
const maxClaimBytes = 4 * 1024 * 1024

/** @throws ConfigError, EmbeddedServerError, or the error of a port that is in use; everything opened is closed again */
export async function startServer(settings: Settings, log: Log): Promise<RunningServer> {
  await using opening = new AsyncDisposableStack()
  const onError = (error: Error): void => log.warn({ err: error }, 'a database connection broke')
  const metrics = openMetrics()

  const database = await openDatabase(settings, log, opening)
  const pool = (name: string, max: number, statementTimeoutMs = 0): pg.Pool => {
    const opened = openPool(database, { name, max, statementTimeoutMs, onError })
    opening.defer(() => opened.end())
    return opened
  }
  const appendPool = pool('append', appendConnections, appendTimeoutMs)
  const queryPool = pool('query', queryConnections, settings.queryTimeoutMs)
  const upkeepPool = pool('upkeep', upkeepConnections)
  await refuseWrongSchema(queryPool)

  const handover = makeHandoverMemory()
  const handoverWriter = new HandoverWriter(handover)
  const coordinatorMetrics = registerCoordinatorMetrics(metrics)
  const coordinator = openCoordinator({
    database,
    handover,
    handoverWriter,
    threads: settings.persistThreads,
    threadUrl: new URL(`./persist-thread${extname(import.meta.url)}`, import.meta.url),
    maxAttempts: settings.maxAttempts,
    maxClaimBytes,
    leaseMs: settings.leaseMs,
    pollMs: settings.pollMs,
    log,
    onPersisted: (persisted) => coordinatorMetrics.batchPersisted(persisted),
    onTrouble: ({ what }) => coordinatorMetrics.trouble(what),
  })
  opening.defer(() => coordinator.close(settings.shutdownMs))

  const otherServers = openWakeSignal({ target: database, log, onWake: () => coordinator.wake() })
  opening.defer(() => otherServers.close())

  // Of a server that was killed on this database, whose lead of the upkeep may last a while longer.
  await rescueClaims(upkeepPool)
  const upkeep = openUpkeep(upkeepPool, log)
  opening.defer(() => upkeep.stop())
  const lease = openLeaderLease({
    pool: upkeepPool,
    role: 'upkeep',
    log,
    onLead: () => upkeep.start(),
    onLose: () => void upkeep.stop(),
  })
  opening.defer(() => lease.close())

  const budget = new ByteBudget(settings.memoryBudgetBytes)
  // Clients that read slowly hold what they were given: they must not take the room that payloads need.
  const queryBudget = new ByteBudget(Math.floor(settings.memoryBudgetBytes / 2), budget)
  const store = openPostgresTraceStore({ pool: queryPool, budget: queryBudget })
  const queryApi = await openQueryApi({
    store,
    pool: queryPool,
    budget: queryBudget,
    stalledAfterMs: settings.queryTimeoutMs + 30_000,
    host: settings.host,
    allowedHosts: settings.allowedHosts,
    priceLimitMs: 2000, // what was asked is worth more than what it cost
    port: settings.port,
    log,
    isReady: () => checkReadiness(queryPool, coordinator, log),
    metrics,
  }).catch((error: unknown) => {
    const target = {
      host: settings.host,
      port: settings.port,
      protocol: 'Query API',
      setting: 'HOLDFAST_PORT',
    }
    throw explainListenError(error as NodeJS.ErrnoException, target)
  })
  opening.defer(() => queryApi.close())

  const limits = { maxBytes: settings.maxBacklogBytes, maxPayloads: settings.maxBacklogPayloads }
  const backlog = await openBacklog(upkeepPool, limits, log)
  opening.defer(() => backlog.close())
  const appender = openAppender({
    pool: appendPool,
    backlog,
    handover: handoverWriter,
    log,
    onAppended: () => {
      coordinator.wake()
      otherServers.notify()
    },
  })
  opening.defer(() => appender.close())

  const receiver = await openReceiver({
    appender,
    budget,
    host: settings.host,
    grpcPort: settings.otlpGrpcPort,
    httpPort: settings.otlpHttpPort,
    maxPayloadBytes: settings.maxPayloadBytes,
    corsAllowedOrigins: settings.corsOrigins,
    log,
    metrics: registerReceiverMetrics(metrics),
  })
  opening.defer(async () => {
    await receiver.stopAccepting()
    await receiver.close()
  })

  const opened = opening.move()
  let closing: Promise<void> | undefined
  return {
    queryUrl: urlOf(settings.host, queryApi.port),
    otlpHttpUrl: urlOf(settings.host, receiver.httpPort),
    otlpGrpcUrl: urlOf(settings.host, receiver.grpcPort),
    databaseSocketDir: database.embedded ? database.connection.host : undefined,
    close: () => (closing ??= opened.disposeAsync()),
  }
}

/** The embedded server, migrated; or the one that DATABASE_URL names, which somebody has to have migrated. */
async function openDatabase(
  settings: Settings,
  log: Log,
  opening: AsyncDisposableStack,
): Promise<DatabaseTarget> {
  if (settings.databaseUrl === undefined) {
    const embedded = await openEmbeddedServer({ dataDir: settings.dataDir, log })
    opening.defer(() => embedded.close())
    await migrate(embedded.target, log)
    return embedded.target
  }
  const target = targetOfUrl(settings.databaseUrl)
  const check = await checkDatabase(target, { acceptUnsafeDurability: settings.allowUnsafeDatabase })
  if (!check.ok) throw new ConfigError([check.message])
  for (const warning of check.warnings) log.warn(warning)
  return target
}

async function refuseWrongSchema(pool: pg.Pool): Promise<void> {
  const check = await checkSchema(pool)
  if (check.kind !== 'ok') throw new ConfigError([check.message])
}

async function checkReadiness(
  pool: pg.Pool,
  coordinator: PersistenceCoordinator,
  log: Log,
): Promise<{ ready: boolean; checks: Record<string, string> }> {
  const checks: Record<string, string> = {
    coordinator: coordinator.runningThreads > 0 ? 'ok' : 'no persist thread runs',
  }
  try {
    const schema = await checkSchema(pool)
    checks['database'] = 'ok'
    checks['schema'] = schema.kind === 'ok' ? 'ok' : schema.message
  } catch (error) {
    log.debug({ err: error }, 'the readiness check could not ask the database')
    checks['database'] = 'the database does not answer'
  }
  return { ready: Object.values(checks).every((check) => check === 'ok'), checks }
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
