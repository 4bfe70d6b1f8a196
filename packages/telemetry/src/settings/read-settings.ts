// From the environment and the options to complete settings. Options win over variables, which win over defaults.
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { readContentSettings } from './content-settings.ts'
import { Environment } from './environment.ts'
import { readHttpUrl, readOtlpSettings, type OtlpSettings } from './otlp-settings.ts'
import type {
  BackendName,
  BatchSettings,
  ContentCapture,
  MlflowSettings,
  PendingSpansMode,
  Settings,
  SpanLimitSettings,
  SpoolSettings,
} from './settings.ts'

const backendNames = ['otel', 'mlflow', 'dual', 'memory', 'off'] as const
const pendingSpansModes = ['auto', 'on', 'off'] as const
const samplerNames = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const

/** What the author may say in code; each wins over its variable. */
export interface SettingsOptions {
  readonly serviceName?: string | undefined
  readonly backend?: BackendName | undefined
  readonly resourceAttributes?: Readonly<Record<string, string>> | undefined
  readonly captureContent?: ContentCapture | undefined
  readonly exitHooks?: boolean | undefined
  readonly pendingSpans?: PendingSpansMode | undefined
}

/** The settings, and a sentence for each mistake in them. Never throws. */
export function readSettings(
  options: SettingsOptions,
  env: Readonly<Record<string, string | undefined>> = process.env,
): { readonly settings: Settings; readonly mistakes: readonly string[] } {
  const environment = new Environment(env)
  const isUnwanted = environment.text('OTEL_TRACES_EXPORTER')?.toLowerCase() === 'none'
  const told = environment.word('TELEMETRY_BACKEND', backendNames) ?? (isUnwanted ? 'off' : 'otel')
  const wanted = options.backend ?? told
  // From JavaScript anything can come.
  if (!backendNames.includes(wanted))
    environment.mistake('TELEMETRY_BACKEND', 'as an option names no backend')
  const known = backendNames.includes(wanted) ? wanted : 'otel'
  const backend = environment.flag('OTEL_SDK_DISABLED') ? 'off' : known
  const resource = environment.pairs('OTEL_RESOURCE_ATTRIBUTES')
  const content = readContentSettings(environment)
  const otlp = readOtlpSettings(environment)
  const batch = readBatch(environment)
  const spool = readSpool(environment, env, backend)
  const maxQueueBytes = environment.integer('TELEMETRY_QUEUE_MAX_BYTES', 1)
  const pendingSpans = readPendingSpans(environment, options.pendingSpans)
  const settings: Settings = {
    backend,
    serviceName: options.serviceName ?? environment.text('OTEL_SERVICE_NAME') ?? resource['service.name'],
    resourceAttributes: { ...resource, ...options.resourceAttributes },
    captureContent: options.captureContent ?? content.captureContent,
    valueMaxChars: content.valueMaxChars,
    sampler: {
      name: environment.word('OTEL_TRACES_SAMPLER', samplerNames) ?? 'parentbased_always_on',
      ratio: environment.share('OTEL_TRACES_SAMPLER_ARG'),
    },
    spanLimits: readSpanLimits(environment),
    propagators: readPropagators(environment),
    exitHooks: options.exitHooks ?? environment.isOn('TELEMETRY_EXIT_HOOKS'),
    logLevel: environment.word('OTEL_LOG_LEVEL', [
      'none',
      'error',
      'warn',
      'info',
      'debug',
      'verbose',
      'all',
    ]),
    otel: { otlp, batch, spool, maxQueueBytes, pendingSpans },
    mlflow: readMlflow(environment, otlp, { batch, spool, maxQueueBytes }),
  }
  return { settings, mistakes: environment.mistakes }
}

function readPendingSpans(environment: Environment, wanted: PendingSpansMode | undefined): PendingSpansMode {
  const told = environment.word('TELEMETRY_PENDING_SPANS', [...pendingSpansModes, 'true', 'false'])
  if (wanted === undefined) return told === 'true' ? 'on' : told === 'false' ? 'off' : (told ?? 'auto')
  if (pendingSpansModes.includes(wanted)) return wanted
  environment.mistake('TELEMETRY_PENDING_SPANS', 'as an option is none of auto, on, off')
  return 'auto'
}

function readBatch(environment: Environment): BatchSettings {
  const maxQueueSize = environment.integer('OTEL_BSP_MAX_QUEUE_SIZE', 1)
  const batchSize = environment.integer('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 1)
  return {
    maxQueueSize,
    maxExportBatchSize: Math.min(batchSize, maxQueueSize),
    scheduledDelayMs: environment.integer('OTEL_BSP_SCHEDULE_DELAY'),
    exportTimeoutMs: environment.integer('OTEL_BSP_EXPORT_TIMEOUT', 1),
  }
}

function readSpool(
  environment: Environment,
  env: Readonly<Record<string, string | undefined>>,
  backend: BackendName,
): SpoolSettings {
  const maxBytes = environment.integer('TELEMETRY_SPOOL_MAX_BYTES', 1)
  const told = environment.text('TELEMETRY_SPOOL_DIR')
  const isUsed = backend !== 'off' && backend !== 'memory' && told?.toLowerCase() !== 'off'
  return {
    rootDir: isUsed ? findSpoolRoot(environment, told, env['XDG_STATE_HOME']?.trim()) : undefined,
    maxBytes,
  }
}

function findSpoolRoot(environment: Environment, told: string | undefined, state: string | undefined) {
  try {
    if (told !== undefined) return resolve(told)
    // The XDG specification: a path that is not absolute is to be ignored.
    if (state && isAbsolute(state)) return join(state, 'holdfast', 'spool')
    const home = homedir()
    if (isAbsolute(home)) return join(home, '.local', 'state', 'holdfast', 'spool')
    environment.note(noPlace('HOME is not absolute'))
  } catch (error) {
    // A user without an entry and without HOME, as in some containers; a working directory that was deleted.
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    environment.note(noPlace(code))
  }
  return undefined
}

function noPlace(reason: string): string {
  return `No home or working directory is known (${reason}): undelivered spans are not kept on disk, unless TELEMETRY_SPOOL_DIR is an absolute path`
}

function readSpanLimits(environment: Environment): SpanLimitSettings {
  const attributeCount = environment.integerIfSet('OTEL_ATTRIBUTE_COUNT_LIMIT')
  const valueLength = environment.integerIfSet('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', 1)
  return {
    attributeValueLengthLimit:
      environment.integerIfSet('OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 1) ?? valueLength,
    attributeCountLimit: environment.integerIfSet('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT') ?? attributeCount,
    eventCountLimit: environment.integerIfSet('OTEL_SPAN_EVENT_COUNT_LIMIT'),
    linkCountLimit: environment.integerIfSet('OTEL_SPAN_LINK_COUNT_LIMIT'),
    attributePerEventCountLimit: environment.integerIfSet('OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'),
    attributePerLinkCountLimit: environment.integerIfSet('OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'),
  }
}

function readPropagators(environment: Environment): Settings['propagators'] {
  const told = environment.text('OTEL_PROPAGATORS')?.toLowerCase().split(',') ?? ['tracecontext', 'baggage']
  const names = new Set(told.map((name) => name.trim()).filter((name) => name !== ''))
  if (names.delete('none')) return []
  const known = (['tracecontext', 'baggage'] as const).filter((name) => names.delete(name))
  if (names.size > 0) {
    environment.mistake('OTEL_PROPAGATORS', 'names what is not here (tracecontext, baggage and none are)')
  }
  return known.length > 0 ? known : ['tracecontext', 'baggage']
}

function readMlflow(
  environment: Environment,
  otlp: OtlpSettings,
  bounds: Pick<MlflowSettings, 'batch' | 'spool' | 'maxQueueBytes'>,
): MlflowSettings | undefined {
  const told = environment.text('MLFLOW_TRACKING_URI')
  if (told === undefined) return undefined
  const url = readHttpUrl(told)
  if (url === undefined) {
    environment.mistake('MLFLOW_TRACKING_URI', 'is not the URL of an MLflow server')
    return undefined
  }
  return {
    trackingUri: url.href.replace(/\/+$/, ''),
    experimentName: environment.text('MLFLOW_EXPERIMENT_NAME'),
    experimentId: environment.text('MLFLOW_EXPERIMENT_ID'),
    token: environment.text('MLFLOW_TRACKING_TOKEN'),
    username: environment.text('MLFLOW_TRACKING_USERNAME'),
    password: environment.text('MLFLOW_TRACKING_PASSWORD'),
    timeoutMs: otlp.timeoutMs,
    compression: otlp.compression,
    ...bounds,
  }
}
