/**
 * Every setting once: its name, default, unit and what it does. Read at start, all mistakes reported together; an unknown
 * HOLDFAST_ name is a mistake, for it is most likely a misspelt one.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'

export interface Setting {
  readonly name: string
  readonly unit: 'address' | 'bytes' | 'count' | 'flag' | 'ms' | 'path' | 'port' | 'text' | 'url' | 'list'
  readonly default: string
  readonly sentence: string
}

export const settings = [
  {
    name: 'DATABASE_URL',
    unit: 'url',
    default: '',
    sentence:
      'PostgreSQL 15 to 18, reached directly or through a session pooler; empty: the embedded server.',
  },
  {
    name: 'HOLDFAST_DATA_DIR',
    unit: 'path',
    default: '~/.holdfast',
    sentence: 'Where the embedded PostgreSQL keeps its data.',
  },
  {
    name: 'HOLDFAST_HOST',
    unit: 'address',
    default: '127.0.0.1',
    sentence: 'Address to listen on; any but loopback needs HOLDFAST_ALLOW_UNAUTHENTICATED=true.',
  },
  { name: 'HOLDFAST_PORT', unit: 'port', default: '5050', sentence: 'Query API.' },
  { name: 'HOLDFAST_OTLP_GRPC_PORT', unit: 'port', default: '4317', sentence: 'OTLP/gRPC.' },
  { name: 'HOLDFAST_OTLP_HTTP_PORT', unit: 'port', default: '4318', sentence: 'OTLP/HTTP.' },
  {
    name: 'HOLDFAST_ALLOW_UNAUTHENTICATED',
    unit: 'flag',
    default: 'false',
    sentence: 'Listen beyond loopback without authentication; for ports that something else protects.',
  },
  {
    name: 'HOLDFAST_ALLOWED_HOSTS',
    unit: 'list',
    default: '',
    sentence:
      'Names, comma-separated, by which the Query API may be asked besides localhost and IP addresses.',
  },
  {
    name: 'HOLDFAST_ALLOW_UNSAFE_DATABASE',
    unit: 'flag',
    default: 'false',
    sentence:
      'Start on a database with fsync or full_page_writes off, where an acknowledged span can be lost.',
  },
  {
    name: 'HOLDFAST_CORS_ORIGINS',
    unit: 'list',
    default: '',
    sentence:
      'Origins whose pages may send OTLP/HTTP, comma-separated, `*` for any text: https://*.example.com.',
  },
  {
    name: 'HOLDFAST_MAX_PAYLOAD_BYTES',
    unit: 'bytes',
    default: '67108864',
    sentence: 'Largest export request, before and after decompression.',
  },
  {
    name: 'HOLDFAST_MEMORY_BUDGET_BYTES',
    unit: 'bytes',
    default: '268435456',
    sentence: 'Payload bytes that the door and the queries may hold at once.',
  },
  {
    name: 'HOLDFAST_MAX_BACKLOG_BYTES',
    unit: 'bytes',
    default: '4294967296',
    sentence: 'Bytes of payloads waiting to be persisted beyond which the door answers 429.',
  },
  {
    name: 'HOLDFAST_MAX_BACKLOG_PAYLOADS',
    unit: 'count',
    default: '1000000',
    sentence: 'Payloads waiting to be persisted beyond which the door answers 429.',
  },
  {
    name: 'HOLDFAST_PERSIST_THREADS',
    unit: 'count',
    default: '2',
    sentence: 'Threads that persist what was accepted.',
  },
  {
    name: 'HOLDFAST_MAX_ATTEMPTS',
    unit: 'count',
    default: '8',
    sentence: 'Failed attempts after which a payload is parked with the dead letters.',
  },
  {
    name: 'HOLDFAST_LEASE_MS',
    unit: 'ms',
    default: '60000',
    sentence:
      'How long a claimed payload is left to a worker that went silent without losing its connection.',
  },
  {
    name: 'HOLDFAST_POLL_MS',
    unit: 'ms',
    default: '500',
    sentence: 'How often the queue is looked at when no signal comes.',
  },
  {
    name: 'HOLDFAST_QUERY_TIMEOUT_MS',
    unit: 'ms',
    default: '15000',
    sentence: 'Longest a query may run in the database.',
  },
  {
    name: 'HOLDFAST_SHUTDOWN_MS',
    unit: 'ms',
    default: '20000',
    sentence: 'Longest a stop waits for what was accepted.',
  },
  {
    name: 'HOLDFAST_LOG_LEVEL',
    unit: 'text',
    default: 'info',
    sentence: 'trace, debug, info, warn, error, fatal or silent.',
  },
] as const satisfies readonly Setting[]

export interface Settings {
  /** undefined: the embedded server. */
  readonly databaseUrl: string | undefined
  readonly dataDir: string
  readonly host: string
  readonly port: number
  readonly otlpGrpcPort: number
  readonly otlpHttpPort: number
  readonly allowedHosts: readonly string[]
  readonly allowUnsafeDatabase: boolean
  readonly corsOrigins: readonly string[]
  readonly maxPayloadBytes: number
  readonly memoryBudgetBytes: number
  readonly maxBacklogBytes: number
  readonly maxBacklogPayloads: number
  readonly persistThreads: number
  readonly maxAttempts: number
  readonly leaseMs: number
  readonly pollMs: number
  readonly queryTimeoutMs: number
  readonly shutdownMs: number
  readonly logLevel: string
}

/** Settings that cannot be used; the message lists every mistake and what would be right. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'bad_settings'
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'))
    this.mistakes = mistakes
  }
}

type Environment = Readonly<Record<string, string | undefined>>

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']
const loopback = ['127.0.0.1', '::1', 'localhost']

/**
 * Reads the settings from the environment.
 * @throws ConfigError naming every mistake at once
 */
export function readSettings(env: Environment): Settings {
  const mistakes = findUnknownNames(env)
  const read = (name: (typeof settings)[number]['name']): string =>
    env[name]?.trim() || settings.find((setting) => setting.name === name)!.default

  function integer(name: Parameters<typeof read>[0], min: number, max: number): number {
    const text = read(name)
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    mistakes.push(`${name} is "${text}"; it takes a whole number from ${min} to ${max}`)
    return Number.NaN // compares as false, so that one mistake is not told as two
  }

  function flag(name: Parameters<typeof read>[0]): boolean {
    const text = read(name).toLowerCase()
    if (!['true', 'false', '1', '0'].includes(text))
      mistakes.push(`${name} is "${text}"; it takes true or false`)
    return text === 'true' || text === '1'
  }

  const list = (name: Parameters<typeof read>[0]): string[] =>
    read(name)
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')

  const host = read('HOLDFAST_HOST')
  const allowUnauthenticated = flag('HOLDFAST_ALLOW_UNAUTHENTICATED')
  if (!loopback.includes(host) && !allowUnauthenticated) {
    mistakes.push(
      `HOLDFAST_HOST is "${host}", which others can reach, and nothing asks them who they are: keep 127.0.0.1, ` +
        `or set HOLDFAST_ALLOW_UNAUTHENTICATED=true where something else protects the ports`,
    )
  }
  const databaseUrl = read('DATABASE_URL')
  if (databaseUrl !== '' && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    mistakes.push('DATABASE_URL does not begin with postgres:// or postgresql://')
  }
  const allowedHosts = list('HOLDFAST_ALLOWED_HOSTS')
  for (const name of allowedHosts.filter((each) => !/^[\w-]+(\.[\w-]+)*$/.test(each))) {
    mistakes.push(
      `HOLDFAST_ALLOWED_HOSTS has "${name}"; it takes names such as traces.example.com, without scheme and port`,
    )
  }
  const logLevel = read('HOLDFAST_LOG_LEVEL')
  if (!logLevels.includes(logLevel)) {
    mistakes.push(`HOLDFAST_LOG_LEVEL is "${logLevel}"; it takes ${logLevels.join(', ')}`)
  }
  const gib = 1024 ** 3
  const result: Settings = {
    databaseUrl: databaseUrl === '' ? undefined : databaseUrl,
    dataDir: read('HOLDFAST_DATA_DIR').replace(/^~(?=$|\/)/, homedir()),
    host,
    port: integer('HOLDFAST_PORT', 0, 65_535),
    otlpGrpcPort: integer('HOLDFAST_OTLP_GRPC_PORT', 0, 65_535),
    otlpHttpPort: integer('HOLDFAST_OTLP_HTTP_PORT', 0, 65_535),
    allowedHosts,
    allowUnsafeDatabase: flag('HOLDFAST_ALLOW_UNSAFE_DATABASE'),
    corsOrigins: list('HOLDFAST_CORS_ORIGINS'),
    maxPayloadBytes: integer('HOLDFAST_MAX_PAYLOAD_BYTES', 1024, gib / 4),
    memoryBudgetBytes: integer('HOLDFAST_MEMORY_BUDGET_BYTES', 16 * 1024 ** 2, 64 * gib),
    maxBacklogBytes: integer('HOLDFAST_MAX_BACKLOG_BYTES', 1024 ** 2, 1024 * gib),
    maxBacklogPayloads: integer('HOLDFAST_MAX_BACKLOG_PAYLOADS', 1, 1e9),
    persistThreads: integer('HOLDFAST_PERSIST_THREADS', 1, 64),
    maxAttempts: integer('HOLDFAST_MAX_ATTEMPTS', 4, 1000),
    leaseMs: integer('HOLDFAST_LEASE_MS', 1000, 3_600_000),
    pollMs: integer('HOLDFAST_POLL_MS', 10, 60_000),
    queryTimeoutMs: integer('HOLDFAST_QUERY_TIMEOUT_MS', 100, 3_600_000),
    shutdownMs: integer('HOLDFAST_SHUTDOWN_MS', 100, 3_600_000),
    logLevel,
  }
  if (result.memoryBudgetBytes < 2 * result.maxPayloadBytes) {
    mistakes.push(
      'HOLDFAST_MEMORY_BUDGET_BYTES has to be at least twice HOLDFAST_MAX_PAYLOAD_BYTES: a payload is held once compressed and once not',
    )
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  return { ...result, dataDir: join(result.dataDir) }
}

function findUnknownNames(env: Environment): string[] {
  const known = new Set<string>(settings.map((setting) => setting.name))
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('HOLDFAST_') && !name.startsWith('HOLDFAST_TEST_') && !known.has(name),
  )
  // The list of those that are known stands once, however many are not.
  return unknown.map((name, index) =>
    index < unknown.length - 1
      ? `${name} is not a setting`
      : `${name} is not a setting; the settings are ${[...known].join(', ')}`,
  )
}
