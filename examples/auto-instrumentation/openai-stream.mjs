// A stream, by TelemetryService itself: it sees the time to the first word, and the tokens in the last chunk.
import { createTelemetry } from '@holdfast/telemetry'
import OpenAI from 'openai'

const telemetry = createTelemetry()
const openai = new OpenAI()

await telemetry.agentRun({ name: 'weather', conversationId: 'conversation-1' }, async (run) => {
  const words = await telemetry.modelCall({ provider: 'openai', model: 'gpt-5' }, () =>
    openai.chat.completions.create({
      model: 'gpt-5',
      messages: [{ role: 'user', content: 'Do I need an umbrella in Hamburg?' }],
      stream: true,
      stream_options: { include_usage: true },
    }),
  )
  for await (const word of words) process.stdout.write(word.choices[0]?.delta.content ?? '')
  console.log(`\ntrace ${run.traceId}`)
})
await telemetry.shutdown()
