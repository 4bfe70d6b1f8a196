// An agent that asks a model (by the HTTP API of OpenAI) and lets it use the tools of an MCP server in another process.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createTelemetry } from '@holdfast/telemetry'
import { traceMcpClient } from '@holdfast/telemetry/mcp'

const { OPENAI_BASE_URL = 'https://api.openai.com/v1', OPENAI_API_KEY } = process.env
const { MCP_URL = 'http://127.0.0.1:5112/mcp' } = process.env

const telemetry = createTelemetry({ serviceName: 'weather-agent' })
const server = traceMcpClient(new Client({ name: 'weather-agent', version: '1.0.0' }))

await telemetry.agentRun({ name: 'weather', inputs: 'Do I need an umbrella in Hamburg?' }, async (run) => {
  await server.connect(new StreamableHTTPClientTransport(new URL(MCP_URL)))
  const { tools } = await server.listTools()
  const messages = [{ role: 'user', content: 'Do I need an umbrella in Hamburg?' }]
  let answer = await askModel(messages, tools)
  while (answer.tool_calls) {
    messages.push(answer)
    for (const call of answer.tool_calls) messages.push(await useTool(call))
    answer = await askModel(messages, tools)
  }
  run.setOutputs(answer.content)
  console.log(`${answer.content}\ntrace ${run.traceId}`)
})

await server.close()
await telemetry.shutdown() // sends what is still in memory

/** What the work of `modelCall` returns is read for tokens and finish reasons. */
async function askModel(messages, tools) {
  const model = { provider: 'openai', model: 'gpt-5', inputs: messages }
  const completion = await telemetry.modelCall(model, async () => {
    const answer = await fetch(`${OPENAI_BASE_URL}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${OPENAI_API_KEY}` },
      body: JSON.stringify({ model: model.model, messages, tools: tools.map(toFunction) }),
    })
    if (!answer.ok) throw new Error(`the model answered ${answer.status}: ${await answer.text()}`)
    return answer.json()
  })
  return completion.choices[0].message
}

/** Traced by traceMcpClient: the server's spans are children of this call. */
async function useTool({ id, function: { name, arguments: args } }) {
  const result = await server.callTool({ name, arguments: JSON.parse(args) })
  return { role: 'tool', tool_call_id: id, content: JSON.stringify(result.content) }
}

function toFunction({ name, description, inputSchema }) {
  return { type: 'function', function: { name, description, parameters: inputSchema } }
}
