import { createTelemetry } from '@holdfast/telemetry'
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import OpenAI from 'openai'

new OpenAIInstrumentation().manuallyInstrument(OpenAI)

const telemetry = createTelemetry() // the same service as in instrumentation.mjs
const openai = new OpenAI()

await telemetry.agentRun({ name: 'weather', conversationId: 'conversation-1' }, async (run) => {
  const completion = await openai.chat.completions.create({
    model: 'gpt-5',
    messages: [{ role: 'user', content: 'Do I need an umbrella in Hamburg?' }],
  })
  console.log(completion.choices[0].message.content)
  console.log(`trace ${run.traceId}`)
})
await telemetry.shutdown()
