// For ESM, before the program: node --import ./instrumentation.mjs PROGRAM.mjs
import { register } from 'node:module'
import { createTelemetry } from '@holdfast/telemetry'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'

// Without this hook nothing that an ES module imports is patched.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
createTelemetry() // reads OTEL_SERVICE_NAME and the other OTEL_* variables
registerInstrumentations({ instrumentations: [new HttpInstrumentation(), new UndiciInstrumentation()] })
