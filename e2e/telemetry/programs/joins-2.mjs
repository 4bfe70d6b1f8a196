// An application with a provider of the 2.x line of its own, registered before ours.
import { trace } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { createTelemetry } from '@holdfast/telemetry'

const seen = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(seen)] })
provider.register()

const telemetry = createTelemetry() // the resource is the provider's
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
