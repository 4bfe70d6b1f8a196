// Spans with attributes for which MLflow refuses a whole request, when it gets them as they are; and one good one.
import { createTelemetry } from '../../../packages/telemetry/src/index.ts'

const awkward: readonly Readonly<Record<string, unknown>>[] = [
  { 'session.id': 's'.repeat(300) },
  { 'gen_ai.conversation.id': 'c\0'.repeat(200) },
  { 'session.id': { nested: true }, 'user.id': ['a', 'b'] },
  { 'openinference.span.kind': ['LLM'] },
  { 'gen_ai.operation.name': '{"chat":1}' },
  { 'traceloop.span.kind': { a: 1 }, 'ai.operationId': ['x'] },
  { 'mlflow.spanType': ['a', 'b'] },
  { 'mlflow.chat.tokenUsage': '{"input_tokens":"many"}', 'mlflow.llm.cost': 'cheap' },
  { 'ai.operationId': 'ai.generateText.doGenerate', 'ai.prompt.tools': 5 },
  {
    'gen_ai.usage.input_tokens': 1e19,
    'gen_ai.usage.output_tokens': -1,
    'gen_ai.request.model': 'm'.repeat(600),
  },
  { 'mlflow.spanInputs': '\0 \ud800', 'input.value': '[1,', 'output.value': '"\\ud800"' },
]

const telemetry = createTelemetry({ serviceName: 'awkward' })
const traceId = telemetry.span(`r\0${'o'.repeat(5000)}`, { type: 'AGENT' }, (root) => {
  for (const attributes of awkward) telemetry.span('awkward', { attributes }, () => {})
  telemetry.span('good', { type: 'CHAIN', inputs: 5 }, (span) => span.setOutputs(true))
  return root.traceId
})
console.log(JSON.stringify({ trace_id: traceId }))
await telemetry.shutdown()
console.log(JSON.stringify({ deliveries: telemetry.stats().deliveries }))
