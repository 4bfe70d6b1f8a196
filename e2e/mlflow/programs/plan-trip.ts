// An agent with one span of every kind; prints its trace id and, after the end, what became of its spans.
import { createTelemetry } from '../../../packages/telemetry/src/index.ts'

const telemetry = createTelemetry({ serviceName: 'trip-planner' })

const traceId = await telemetry.agentRun(
  { name: 'planner', conversationId: 'chat-17', inputs: { question: 'Where to?' } },
  async (agent) => {
    telemetry.updateCurrentTrace({ userId: 'ada', team: 'blue', 'price//limit': 200 })
    telemetry.retrieval({ dataSource: 'guides', inputs: { query: 'lakes' } }, (retrieval) => {
      retrieval.setOutputs([{ page_content: 'Thun is on a lake.', metadata: { guide: 3 } }])
    })
    telemetry.modelCall(
      {
        provider: 'openai',
        model: 'gpt-4o',
        messages: [{ role: 'user', content: 'Where to?' }],
      },
      (call) => {
        call.setResponse({
          model: 'gpt-4o-2024-08-06',
          finishReasons: ['stop'],
          usage: { inputTokens: 120, outputTokens: 30, cacheReadTokens: 100, cacheWriteTokens: 7 },
          messages: [{ role: 'assistant', content: 'To Thun.' }],
        })
      },
    )
    telemetry.span('parse answer', { type: 'PARSER', inputs: '{"not":"an object"}' }, (parser) => {
      parser.setOutputs('Thun')
    })
    try {
      telemetry.toolCall({ name: 'book', inputs: { town: 'Thun' } }, () => {
        throw new Error('no room left')
      })
    } catch (error) {
      agent.addEvent('gave up', { reason: String(error) })
    }
    agent.setOutputs({ answer: 'Thun' })
    return agent.traceId
  },
)
console.log(JSON.stringify({ trace_id: traceId }))
await telemetry.shutdown()
console.log(JSON.stringify({ deliveries: telemetry.stats().deliveries }))
