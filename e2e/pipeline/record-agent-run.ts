// An agent's run as the OpenTelemetry JS SDK records it: a root, a model call, a failing tool call.
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

export const serviceName = 'e2e-agent'

/** Records three spans of one trace and returns when the SDK has handed them over. */
export async function recordAgentRun(otlpHttpUrl: string): Promise<{ traceId: string; rootSpanId: string }> {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, 'deployment.environment.name': 'e2e' }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${otlpHttpUrl}/v1/traces` }) }),
    ],
  })
  const tracer = provider.getTracer('holdfast-e2e', '1.2.3')

  const agent = tracer.startSpan('invoke_agent researcher')
  const inAgent = trace.setSpan(context.active(), agent)
  const chat = tracer.startSpan(
    'chat gpt-5',
    {
      kind: SpanKind.CLIENT,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-5',
        'gen_ai.request.temperature': 0.25,
        'gen_ai.usage.input_tokens': 1200,
        'gen_ai.usage.output_tokens': 34,
        'gen_ai.response.finish_reasons': ['stop'],
        'app.cached': false,
        'app.question': 'Où est le café? 🚀',
      },
    },
    inAgent,
  )
  chat.setStatus({ code: SpanStatusCode.OK })
  chat.end()

  const startSeconds = Date.UTC(2026, 10, 23, 10) / 1000
  const tool = tracer.startSpan('execute_tool search', { startTime: [startSeconds, 123_456_789] }, inAgent)
  tool.addEvent('retry', { attempt: 2 }, [startSeconds, 123_900_000])
  tool.setStatus({ code: SpanStatusCode.ERROR, message: 'the index is empty' })
  tool.end([startSeconds, 124_456_790])
  agent.end()

  await provider.forceFlush()
  await provider.shutdown()
  const { traceId, spanId } = agent.spanContext()
  return { traceId, rootSpanId: spanId }
}
