// Puts the parts together: settings, backend, provider, context, exit hooks, service. There is one installation in a
// process, also when the package is there twice: whoever comes second gets what the first has made.
import { ProxyTracerProvider } from '@opentelemetry/api'
import { DualTelemetryBackend } from './backends/dual-backend.ts'
import { MemoryBackend } from './backends/memory-backend.ts'
import { openMlflowBackend } from './backends/mlflow-backend.ts'
import { openOtelBackend } from './backends/otel-backend.ts'
import type { TelemetryBackend } from './backends/telemetry-backend.ts'
import { attachProvider, type Attachment } from './provider/attach-provider.ts'
import { ContainedProcessor } from './provider/contained-processor.ts'
import { hookExit } from './provider/exit-hooks.ts'
import { FanOut } from './provider/fan-out.ts'
import { followProvider } from './provider/follow-provider.ts'
import type { HoldfastSpanProcessor } from './provider/holdfast-span-processor.ts'
import { LocalRoots } from './provider/local-roots.ts'
import { logToStderr } from './provider/log-to-stderr.ts'
import { registerContext } from './provider/register-context.ts'
import { report } from './report.ts'
import { AgentTelemetry } from './service/agent-telemetry.ts'
import { Containment } from './service/containment.ts'
import { publishPolicy } from './service/published-policy.ts'
import type { TelemetryService } from './service/telemetry-service.ts'
import { version } from './version.ts'
import { readSettings, type SettingsOptions } from './settings/read-settings.ts'
import type { Settings } from './settings/settings.ts'

/** What an author says in code; each wins over its variable. */
export interface TelemetryOptions extends SettingsOptions {
  /** Instead of `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
}

/** What is fed with spans, by whichever provider. */
interface Session {
  readonly settings: Settings
  readonly backend: TelemetryBackend
  readonly containment: Containment
  readonly roots: LocalRoots
  readonly processor: FanOut
  /** What is to be done before the end, in the order of registration. */
  readonly beforeEnd: (() => void)[]
  /** Listens no more to the end of the process. */
  readonly unhook: () => void
  /** The application put the processor into its own provider. */
  isFedByApplication: boolean
}

interface Installation {
  session?: Session | undefined
  service?: TelemetryService | undefined
}

const installationKey = Symbol.for('holdfast.telemetry.installation.1')
const scope = '@holdfast/telemetry'
/** A process that has nothing left to do waits no longer for a server; what is left then goes to disk. */
const maxExitDelayMs = 5000

/**
 * Sets telemetry up, by the options, the `OTEL_*` variables and `TELEMETRY_BACKEND`, and returns the service. Joins the
 * OpenTelemetry provider that the application has registered, or registers one. So an application with an SDK of its own
 * calls this after it has started that: the API refuses a provider that comes second. Never throws: what is wrong with
 * the settings is said as a process warning, and the default counts. A second call returns the service of the first; after
 * its shutdown, a new one. (A tracer that was taken from the API before that shutdown stays with the ended provider.)
 */
export function createTelemetry(options: TelemetryOptions = {}): TelemetryService {
  const installation = findInstallation()
  if (installation.service !== undefined) {
    if (Object.keys(options).length > 0) {
      report.warnOnce(
        'HOLDFAST_ALREADY_CREATED',
        'createTelemetry was called before; the options of this call do not count.',
      )
    }
    return installation.service
  }
  try {
    installation.service = install(installation, options)
  } catch (error) {
    report.warnOnce(
      'HOLDFAST_NOT_CREATED',
      `Telemetry could not be set up and is off: ${error instanceof Error ? error.message : String(error)}`,
    )
    installation.service = makeOffService(installation)
  }
  return installation.service
}

/**
 * A span processor for an application that sets up its own OpenTelemetry SDK (2.x or 3.x): add it to `spanProcessors`.
 * It sends every span of that provider to Holdfast, MLflow or both, by the same options and variables as `createTelemetry`,
 * which then makes its spans with the application's provider. Never throws.
 */
export function holdfastSpanProcessor(options: TelemetryOptions = {}): HoldfastSpanProcessor {
  const installation = findInstallation()
  try {
    installation.session ??= openSession(installation, readAndReport(options))
    if (installation.session !== undefined) {
      installation.session.isFedByApplication = true
      return installation.session.processor
    }
  } catch (error) {
    report.warnOnce(
      'HOLDFAST_NOT_CREATED',
      `Telemetry could not be set up and is off: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  return new FanOut([])
}

function install(installation: Installation, options: TelemetryOptions): TelemetryService {
  const settings = installation.session?.settings ?? readAndReport(options)
  const session = (installation.session ??= openSession(installation, settings))
  if (session === undefined) return makeOffService(installation)
  const attachment: Attachment = session.isFedByApplication
    ? followProvider(session.processor)
    : attachProvider([session.processor], settings)
  registerContext(settings)
  const service = makeService(settings.backend, session, attachment, async (timeoutMs) => {
    await session.backend.shutdown(timeoutMs)
    // Where the time was too short: to disk with the rest. Then the end of the process is no longer ours to watch.
    session.containment.run('shutting down', () => session.backend.endNow(), undefined)
    session.unhook()
    attachment.detach()
    forget(installation, session)
  })
  session.beforeEnd.push(() => service.streams.abandonAll())
  return service
}

function makeOffService(installation: Installation): AgentTelemetry {
  return makeService('off', undefined, undefined, async () => forget(installation, undefined))
}

/** What is created after a shutdown is new. */
function forget(installation: Installation, session: Session | undefined): void {
  if (installation.session !== session) return
  installation.service = undefined
  installation.session = undefined
}

function openSession(installation: Installation, settings: Settings): Session | undefined {
  const backend = openBackend(settings)
  if (backend === undefined) return undefined
  const containment = new Containment()
  const roots = new LocalRoots()
  const contained = [roots, ...backend.processors].map(
    (processor) => new ContainedProcessor(processor, (where, error) => containment.note(where, error)),
  )
  const beforeEnd: (() => void)[] = []
  const unhook = hookEnd(settings, backend, containment, beforeEnd)
  // An application that shuts its provider down shuts this down with it. Until that is done the process may end.
  const onShutdown = (): void => {
    containment.run('shutting down', () => backend.endNow(), undefined)
    unhook()
    forget(installation, session)
  }
  const processor = new FanOut(contained, onShutdown)
  const session: Session = {
    settings,
    backend,
    containment,
    roots,
    processor,
    beforeEnd,
    unhook,
    isFedByApplication: false,
  }
  return session
}

// Nothing listens where nothing could be lost.
function hookEnd(
  settings: Settings,
  backend: TelemetryBackend,
  containment: Containment,
  beforeEnd: readonly (() => void)[],
): () => void {
  if (!settings.exitHooks || settings.backend === 'memory') return () => {}
  const endNow = (): void => {
    for (const step of beforeEnd) step()
    backend.endNow()
  }
  return hookExit({
    deliver: async () => {
      await backend.flush(Math.min(settings.otel.otlp.timeoutMs, maxExitDelayMs))
      backend.letGo()
    },
    endNow: () => containment.run('the end of the process', endNow, undefined),
    takenCount: () => backend.counts.reduce((sum, { counts }) => sum + counts.taken, 0),
  })
}

function openBackend({ backend, otel, mlflow }: Settings): TelemetryBackend | undefined {
  switch (backend) {
    case 'off':
      return undefined
    case 'memory':
      return new MemoryBackend()
    case 'otel':
      return openOtelBackend(otel)
    case 'mlflow':
      if (mlflow !== undefined) return openMlflowBackend(mlflow)
      report.warnOnce(
        'HOLDFAST_NO_MLFLOW',
        'TELEMETRY_BACKEND is mlflow, but MLFLOW_TRACKING_URI names no server: telemetry is off.',
      )
      return undefined
    case 'dual':
      if (mlflow !== undefined)
        return new DualTelemetryBackend(openOtelBackend(otel), openMlflowBackend(mlflow))
      report.warnOnce(
        'HOLDFAST_NO_MLFLOW',
        'TELEMETRY_BACKEND is dual, but MLFLOW_TRACKING_URI names no server: spans go to OTLP only.',
      )
      return openOtelBackend(otel)
  }
}

function makeService(
  backendName: Settings['backend'],
  session: Session | undefined,
  attachment: Attachment | undefined,
  shutdown: (timeoutMs: number) => Promise<void>,
): AgentTelemetry {
  const idleTracer = new ProxyTracerProvider().getTracer(scope, version)
  return new AgentTelemetry({
    backendName,
    tracer: attachment?.provider.getTracer(scope, version) ?? idleTracer,
    idleTracer,
    containment: session?.containment ?? new Containment(),
    policy: session?.settings ?? { captureContent: 'none', valueMaxChars: 0 },
    findLocalRoot: (context) => session?.roots.find(context),
    flush: async (timeoutMs) => session?.backend.flush(timeoutMs),
    shutdown,
    counts: () => session?.backend.counts ?? [],
    finishedSpans: () => (session?.backend instanceof MemoryBackend ? session.backend.finished : []),
  })
}

function readAndReport({ env, ...options }: TelemetryOptions): Settings {
  const { settings, mistakes } = readSettings(options, env)
  publishPolicy(settings)
  if (mistakes.length > 0) report.warnOnce('HOLDFAST_BAD_SETTING', mistakes.join('. '))
  if (settings.logLevel !== undefined) logToStderr(settings.logLevel)
  return settings
}

function findInstallation(): Installation {
  const holder = globalThis as { [installationKey]?: Installation }
  return (holder[installationKey] ??= {})
}
