// Gets our processors fed. If the application has registered a provider, by joining it, so that all spans of the process
// are in one tree; if not, by one of our own, which becomes the global one. There is no public way to add a processor to
// a registered provider, in 2.x and in 3.x of the SDK; both hold theirs in the same private place, which is looked at
// before it is used. Where that fails it is said what to do: nothing is ever exported nowhere in silence.
import { trace, type TracerProvider as ApiTracerProvider } from '@opentelemetry/api'
import { TracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace'
import { report } from '../report.ts'
import type { Settings } from '../settings/settings.ts'
import { findRegistered } from './find-registered.ts'
import { makeResource } from './make-resource.ts'
import { makeSampler } from './make-sampler.ts'

/** How our processors are fed. */
export interface Attachment {
  /** Where our own spans are made. */
  readonly provider: ApiTracerProvider
  /** `owned`: ours is the global one. `joined`: the application's. `apart`: ours, for our own spans only. */
  readonly kind: 'owned' | 'joined' | 'apart'
  /** Feeds them no more. Does not shut the processors down. */
  detach(): void
}

/** Joins the registered provider or registers one. */
export function attachProvider(processors: readonly SpanProcessor[], settings: Settings): Attachment {
  const registered = findRegistered()
  const list = registered && findProcessorList(registered)
  if (registered && list) {
    compareServiceName(registered, settings)
    return join(registered, list, processors)
  }
  const own = makeProvider(processors, settings)
  if (registered === undefined && trace.setGlobalTracerProvider(own)) {
    return {
      provider: own,
      kind: 'owned',
      detach() {
        // Another may have taken the place since; only ours is taken out of it.
        if (findRegistered() === own) trace.disable()
      },
    }
  }
  report.warnOnce(
    'HOLDFAST_NOT_JOINED',
    'An OpenTelemetry provider is registered that cannot be joined (another SDK, or another version of @opentelemetry/api: see `npm ls @opentelemetry/api`). ' +
      'Only spans made with TelemetryService reach Holdfast. Add holdfastSpanProcessor() to the spanProcessors of your own provider to send all of them.',
  )
  return { provider: own, kind: 'apart', detach() {} }
}

/** Our own provider with OTEL_TRACES_SAMPLER, the span limits and the resource. */
function makeProvider(processors: readonly SpanProcessor[], settings: Settings): TracerProvider {
  const limits = Object.entries(settings.spanLimits).filter(([, value]) => value !== undefined)
  return new TracerProvider({
    resource: makeResource(settings),
    sampler: makeSampler(settings.sampler),
    spanLimits: Object.fromEntries(limits),
    spanProcessors: [...processors],
  })
}

function join(
  provider: ApiTracerProvider,
  list: SpanProcessor[],
  processors: readonly SpanProcessor[],
): Attachment {
  const added = processors.filter((processor) => !list.includes(processor))
  list.push(...added)
  return {
    provider,
    kind: 'joined',
    detach() {
      for (const processor of added) {
        const at = list.indexOf(processor)
        if (at >= 0) list.splice(at, 1)
      }
    },
  }
}

// The spans of a provider have its resource, whatever createTelemetry was told. (2.x and 3.x keep it in `_resource`.)
function compareServiceName(provider: ApiTracerProvider, { serviceName }: Settings): void {
  const resource = (provider as { _resource?: { attributes?: Record<string, unknown> } })._resource
  const theirs = serviceName === undefined ? undefined : resource?.attributes?.['service.name']
  if (typeof theirs !== 'string' || theirs === serviceName) return
  report.warnOnce(
    'HOLDFAST_SERVICE_NAME',
    `The registered OpenTelemetry provider calls the service ${theirs}, and so do its spans; the serviceName of createTelemetry does not count.`,
  )
}

// sdk-trace(-base) 1.x, 2.x and 3.x: provider._activeSpanProcessor (a MultiSpanProcessor)._spanProcessors (an array).
function findProcessorList(provider: ApiTracerProvider): SpanProcessor[] | undefined {
  const multi = (provider as { _activeSpanProcessor?: { _spanProcessors?: unknown; onEnd?: unknown } })
    ._activeSpanProcessor
  const list = multi?._spanProcessors
  if (typeof multi?.onEnd !== 'function' || !Array.isArray(list) || Object.isFrozen(list)) return undefined
  const areProcessors = list.every((item) => typeof (item as SpanProcessor | null)?.onEnd === 'function')
  return areProcessors ? (list as SpanProcessor[]) : undefined
}
