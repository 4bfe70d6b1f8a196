import { createTelemetry } from '@holdfast/telemetry'
import { openai } from '@ai-sdk/openai'
import { OpenTelemetry } from '@ai-sdk/otel'
import { generateText, isStepCount, registerTelemetry, tool } from 'ai'
import { z } from 'zod'

registerTelemetry(new OpenTelemetry()) // the SDK traces itself

const telemetry = createTelemetry()
const getWeather = tool({
  description: 'The weather of a city, now',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => `Rain in ${city}.`,
})

await telemetry.span('answer', { type: 'CHAIN' }, async (span) => {
  telemetry.updateCurrentTrace({ conversationId: 'conversation-1' })
  const { text } = await generateText({
    model: openai('gpt-5'),
    prompt: 'Do I need an umbrella in Hamburg?',
    tools: { get_weather: getWeather },
    stopWhen: isStepCount(3),
  })
  console.log(text)
  console.log(`trace ${span.traceId}`)
})
await telemetry.shutdown()
