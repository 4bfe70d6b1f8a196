// What an application with a provider of its own does, whichever line of the SDK that is of.
import { trace } from '@opentelemetry/api'
import { createTelemetry } from '@holdfast/telemetry'

/** A request with an agent's run in it; prints its trace, and what came to the application's own exporter. */
export async function answerRequest(exporter) {
  const telemetry = createTelemetry() // the resource is the provider's
  await trace.getTracer('application').startActiveSpan('request of the application', async (span) => {
    await telemetry.agentRun({ name: 'analyst', inputs: { question: 'How many orders?' } }, async () => {})
    span.end()
    const { traceId } = span.spanContext()
    const spans = exporter.getFinishedSpans().map(({ name }) => name)
    console.log(JSON.stringify({ traceId, seenByApplication: spans.sort() }))
  })
  await telemetry.shutdown()
}
