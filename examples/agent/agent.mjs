import { createTelemetry } from '@holdfast/telemetry'

const telemetry = createTelemetry({ serviceName: 'weather-agent' })

// These two only pretend: put your model and your tool here.
const askModel = async () => ({ text: 'Take an umbrella.', inputTokens: 1200, outputTokens: 34 })
const getWeather = async (city) => ({ city, sky: 'rain' })
const question = 'Do I need an umbrella in Hamburg?'
await telemetry.agentRun({ name: 'weather', inputs: question }, async (run) => {
  const tool = { name: 'get_weather', inputs: { city: 'Hamburg' } }
  const weather = await telemetry.toolCall(tool, () => getWeather('Hamburg'))
  const model = { provider: 'openai', model: 'gpt-5', inputs: [question, weather] }
  await telemetry.modelCall(model, async (call) => {
    const { text, ...usage } = await askModel(question, weather)
    call.setUsage(usage).setOutputs(text)
    run.setOutputs(text)
  })
  console.log(`holdfast trace ${run.traceId}`)
})
await telemetry.shutdown() // sends what is still in memory
