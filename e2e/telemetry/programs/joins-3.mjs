// An application with a provider of the 3.x line of its own, registered before ours.
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { createTelemetry } from '@holdfast/telemetry'

const seen = new InMemorySpanExporter()
context.setGlobalContextManager(new AsyncLocalStorageContextManager())
trace.setGlobalTracerProvider(
  new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: seen })] }),
)

const telemetry = createTelemetry()
await trace.getTracer('application').startActiveSpan('request of the application', async (span) => {
  await telemetry.agentRun({ name: 'analyst', inputs: { question: 'How many orders?' } }, async () => {})
  span.end()
  console.log(
    JSON.stringify({
      traceId: span.spanContext().traceId,
      seenByApplication: seen
        .getFinishedSpans()
        .map(({ name }) => name)
        .sort(),
    }),
  )
})
await telemetry.shutdown()
