// For CommonJS, before the program: node --require ./instrumentation.cjs PROGRAM.cjs
const { createTelemetry } = require('@holdfast/telemetry')
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici')
const { AnthropicInstrumentation } = require('@arizeai/openinference-instrumentation-anthropic')
const { OpenAIInstrumentation } = require('@arizeai/openinference-instrumentation-openai')

createTelemetry() // reads OTEL_SERVICE_NAME and the other OTEL_* variables
registerInstrumentations({
  instrumentations: [
    new HttpInstrumentation(),
    new UndiciInstrumentation(),
    new OpenAIInstrumentation(),
    new AnthropicInstrumentation(),
  ],
})
