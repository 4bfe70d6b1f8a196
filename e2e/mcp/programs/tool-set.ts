// The tools of both server programs. Each answers with what the server saw of the caller's context.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage } from 'node:http'
import { propagation, trace } from '@opentelemetry/api'
import type { TelemetryService } from '../../../packages/telemetry/src/index.ts'

/** What came in with a call, and what was active where the tool ran. */
export interface Sighting {
  /** The `_meta` that the tool's handler was given. */
  readonly meta: Readonly<Record<string, unknown>>
  /** Every `traceparent` header of the HTTP request, one by one as it was sent; null on stdio. */
  readonly traceparents: readonly string[] | null
  readonly baggageHeader: string | null
  readonly activeTraceId: string | null
  /** Baggage by the active context. */
  readonly baggage: Readonly<Record<string, string>>
}

export interface ToolAnswer {
  [key: string]: unknown
  content: { type: 'text'; text: string }[]
  isError?: boolean
}

export type Tool = (
  meta: Readonly<Record<string, unknown>> | undefined,
  signal: AbortSignal,
) => Promise<ToolAnswer>

const httpRequest = new AsyncLocalStorage<IncomingMessage>()

/** Keeps the raw request for the tools below: the SDKs hand on headers that are joined already. */
export function seeRequest<T>(request: IncomingMessage, work: () => T): T {
  return httpRequest.run(request, work)
}

export function makeTools(telemetry: TelemetryService | undefined): Readonly<Record<string, Tool>> {
  /** A span of the tool's own, where this program has telemetry. */
  const work = async <T>(name: string, answer: () => T): Promise<T> =>
    telemetry === undefined ? answer() : telemetry.span(name, { type: 'TOOL' }, async () => answer())
  return {
    look: (meta) => work('work of look', () => say(JSON.stringify(describe(meta)))),
    refuse: (meta) =>
      work('work of refuse', () => ({ ...say(JSON.stringify(describe(meta))), isError: true })),
    crash: () =>
      work('work of crash', () => {
        throw new Error('the tool broke')
      }),
    hang: (_meta, signal) => {
      console.error(JSON.stringify({ hanging: process.pid }))
      return new Promise((_done, fail) => {
        const keepAlive = setInterval(() => undefined, 60_000)
        signal.addEventListener('abort', () => {
          clearInterval(keepAlive)
          fail(new Error('was cancelled'))
        })
      })
    },
  }
}

function describe(meta: Readonly<Record<string, unknown>> = {}): Sighting {
  const request = httpRequest.getStore()
  const baggage = propagation.getActiveBaggage()?.getAllEntries() ?? []
  return {
    meta,
    traceparents: request === undefined ? null : readRawHeader(request, 'traceparent'),
    baggageHeader: request === undefined ? null : readRawHeader(request, 'baggage').join(','),
    activeTraceId: trace.getActiveSpan()?.spanContext().traceId ?? null,
    baggage: Object.fromEntries(baggage.map(([key, entry]) => [key, entry.value])),
  }
}

function readRawHeader(request: IncomingMessage, name: string): string[] {
  return request.rawHeaders.filter((_value, at, all) => at % 2 === 1 && all[at - 1]?.toLowerCase() === name)
}

function say(text: string): ToolAnswer {
  return { content: [{ type: 'text', text }] }
}
