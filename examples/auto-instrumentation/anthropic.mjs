import { createTelemetry } from '@holdfast/telemetry'
import Anthropic from '@anthropic-ai/sdk' // traces itself, since 1.12: nothing else is needed

const telemetry = createTelemetry()
const anthropic = new Anthropic()

await telemetry.agentRun({ name: 'weather', conversationId: 'conversation-1' }, async (run) => {
  const message = await anthropic.messages.create({
    model: 'claude-opus-4-6',
    max_tokens: 100,
    messages: [{ role: 'user', content: 'Do I need an umbrella in Hamburg?' }],
  })
  console.log(message.content[0].text)
  console.log(`trace ${run.traceId}`)
})
await telemetry.shutdown()
