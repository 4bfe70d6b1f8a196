const { createTelemetry } = require('@holdfast/telemetry')
const OpenAI = require('openai') // patched by instrumentation.cjs

const telemetry = createTelemetry() // the same service as in instrumentation.cjs
const openai = new OpenAI()

async function main() {
  await telemetry.agentRun({ name: 'weather', conversationId: 'conversation-1' }, async (run) => {
    const completion = await openai.chat.completions.create({
      model: 'gpt-5',
      messages: [{ role: 'user', content: 'Do I need an umbrella in Hamburg?' }],
    })
    console.log(completion.choices[0].message.content)
    console.log(`trace ${run.traceId}`)
  })
  await telemetry.shutdown()
}

void main()
