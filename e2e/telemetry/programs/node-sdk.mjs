// An application that sets up OpenTelemetry by NodeSDK, with our processor among its own.
import { trace } from '@opentelemetry/api'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { holdfastSpanProcessor } from '@holdfast/telemetry'

const sdk = new NodeSDK({ serviceName: 'node-sdk', spanProcessors: [holdfastSpanProcessor()] })
sdk.start()
trace.getTracer('application').startActiveSpan('request of the application', (span) => {
  console.log(JSON.stringify({ traceId: span.spanContext().traceId }))
  span.end()
})
await sdk.shutdown()
