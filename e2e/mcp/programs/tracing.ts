// What each program switches on before it loads anything of MCP: as an author would write it, one mode a word.
import { createRequire } from 'node:module'
import { trace } from '@opentelemetry/api'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { createTelemetry, type TelemetryService } from '../../../packages/telemetry/src/index.ts'

/** Comma-separated: `mcp` traces MCP, `http` instruments node:http and fetch, `none` is a program without telemetry. */
export interface Tracing {
  readonly mcp: boolean
  /** Undefined: this program has no telemetry at all. */
  readonly telemetry: TelemetryService | undefined
}

/** Exporting is set by the environment (OTEL_*, TELEMETRY_BACKEND), as for every program of the package. */
export function beginTracing(modes: string, serviceName: string): Tracing {
  const wanted = new Set(modes.split(','))
  if (wanted.has('none')) return { mcp: false, telemetry: undefined }
  const telemetry = createTelemetry({ serviceName })
  if (wanted.has('http')) instrumentHttp()
  return { mcp: wanted.has('mcp'), telemetry }
}

function instrumentHttp(): void {
  const instrumentations = [new HttpInstrumentation(), new UndiciInstrumentation()]
  for (const instrumentation of instrumentations) instrumentation.setTracerProvider(trace.getTracerProvider())
  // The patch of a built-in is applied when somebody requires it; what it patches, imports see too.
  createRequire(import.meta.url)('node:http')
}
