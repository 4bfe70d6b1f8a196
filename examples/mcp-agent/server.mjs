// An MCP server with one tool, over Streamable HTTP.
import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { createTelemetry } from '@holdfast/telemetry'
import { traceMcpServer } from '@holdfast/telemetry/mcp'

const telemetry = createTelemetry({ serviceName: 'weather-server' })

/** Called for each request, so the tracing is switched on in here. */
function makeServer() {
  const server = traceMcpServer(new McpServer({ name: 'weather', version: '1.0.0' }))
  server.registerTool(
    'get_weather',
    { description: 'The sky over a city', inputSchema: z.object({ city: z.string() }) },
    async ({ city }) => {
      const sky = await telemetry.span('look at the sky', { type: 'RETRIEVER', inputs: { city } }, (span) => {
        const seen = { city, sky: 'rain' } // it only pretends
        span.setOutputs(seen)
        return seen
      })
      return { content: [{ type: 'text', text: JSON.stringify(sky) }] }
    },
  )
  return server
}

const handler = toNodeHandler(createMcpHandler(makeServer))
const http = createServer((request, response) => void handler(request, response))
http.listen(Number(process.env.PORT ?? 5112), '127.0.0.1', () => {
  console.log(`MCP server at http://127.0.0.1:${http.address().port}/mcp`)
})

process.once('SIGTERM', async () => {
  await telemetry.shutdown() // sends what is still in memory
  process.exit()
})
