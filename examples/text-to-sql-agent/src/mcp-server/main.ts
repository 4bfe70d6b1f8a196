// The MCP server: `node main.ts --transport http|sse|stdio [--port N]`, with CHINOOK_URL saying where the shop's database is.
// Over HTTP it says its address on stdout, as one line of JSON.
import { parseArgs } from 'node:util'
import { createTelemetry } from '@holdfast/telemetry'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { openShopReader } from './shop-reader.ts'
import { makeShopServer } from './make-shop-server.ts'
import { serveHttp } from './serve-http.ts'
import { serveSse } from './serve-sse.ts'

const { values } = parseArgs({
  options: { transport: { type: 'string', default: 'http' }, port: { type: 'string', default: '0' } },
})
const { CHINOOK_URL } = process.env
if (CHINOOK_URL === undefined) throw new Error('CHINOOK_URL, the address of the database, is not set')

const telemetry = createTelemetry({ serviceName: 'chinook-mcp-server' })
const reader = openShopReader(CHINOOK_URL, telemetry)
const makeServer = () => makeShopServer(reader)

if (values.transport === 'stdio') {
  serveStdio(makeServer)
  process.stdin.once('end', end) // the client is gone
} else {
  const transports = new Map(Object.entries({ http: serveHttp, sse: serveSse }))
  const serve = transports.get(values.transport)
  if (serve === undefined) throw new Error(`--transport is ${values.transport}; it can be http, sse or stdio`)
  const url = await serve(makeServer, Number(values.port))
  console.log(JSON.stringify({ url }))
}
process.once('SIGTERM', end)
process.once('SIGINT', end)

/** Sends what is still in memory before the process ends. */
function end(): void {
  void telemetry.shutdown().finally(() => process.exit())
}
