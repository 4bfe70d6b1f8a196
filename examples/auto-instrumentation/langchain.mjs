import { createTelemetry } from '@holdfast/telemetry'
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'
import * as callbackManager from '@langchain/core/callbacks/manager'
import { ChatOpenAI } from '@langchain/openai'
import { createAgent, tool } from 'langchain'
import { z } from 'zod'

new LangChainInstrumentation().manuallyInstrument(callbackManager)

const telemetry = createTelemetry()
const getWeather = tool(async ({ city }) => `Rain in ${city}.`, {
  name: 'get_weather',
  description: 'The weather of a city, now',
  schema: z.object({ city: z.string() }),
})
const agent = createAgent({ model: new ChatOpenAI({ model: 'gpt-5' }), tools: [getWeather] })

await telemetry.span('answer', { type: 'CHAIN' }, async (span) => {
  const { messages } = await agent.invoke(
    { messages: [{ role: 'user', content: 'Do I need an umbrella in Hamburg?' }] },
    { metadata: { session_id: 'conversation-1' } },
  )
  console.log(messages.at(-1).content)
  console.log(`trace ${span.traceId}`)
})
await telemetry.shutdown()
