// The other entry point: context over HTTP from a fetch to a server, both in this process.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createTelemetry } from '@holdfast/telemetry'
import { traceMcpFetch, withRequestContext } from '@holdfast/telemetry/mcp'

const telemetry = createTelemetry({ serviceName: 'mcp-entry' })
const server = createServer((request, response) => {
  withRequestContext(request.headers, () =>
    telemetry.span('server side', () => response.setHeader('content-type', 'application/json').end('{}')),
  )
})
await once(server.listen(0, '127.0.0.1'), 'listening')

const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
await telemetry.span('client side', async (span) => {
  const answer = await traceMcpFetch()(`http://127.0.0.1:${server.address().port}/`, { method: 'POST', body })
  await answer.json()
  console.log(JSON.stringify({ traceId: span.traceId }))
})
server.close()
await telemetry.shutdown()
