// The same in CommonJS.
const { createTelemetry } = require('@holdfast/telemetry')

const telemetry = createTelemetry({ serviceName: 'cjs-agent' })
void telemetry
  .agentRun({ name: 'analyst', inputs: { question: 'How many orders?' } }, async (run) => {
    await telemetry.modelCall({ provider: 'openai', model: 'gpt-5' }, async (call) => {
      call.setUsage({ inputTokens: 1200, outputTokens: 34 })
    })
    console.log(JSON.stringify({ traceId: run.traceId }))
  })
  .then(() => telemetry.shutdown())
