// Anthropic's SDK traces itself, and instrumentation.cjs has OpenInference's instrumentation on top, for the messages. That
// makes two spans for one model call, one within the other, and Holdfast counts its tokens once.
const { createTelemetry } = require('@holdfast/telemetry')
const Anthropic = require('@anthropic-ai/sdk')

const telemetry = createTelemetry()
const anthropic = new Anthropic()

async function main() {
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
}

void main()
