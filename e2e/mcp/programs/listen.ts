// How a server program serves HTTP, says where, and ends.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TelemetryService } from '../../../packages/telemetry/src/index.ts'
import { seeRequest } from './tool-set.ts'

/** Routes by path; resolves when the address has been said on stdout, as one line of JSON. */
export function listen(
  routes: Readonly<
    Record<string, (request: IncomingMessage, response: ServerResponse) => Promise<void> | undefined>
  >,
): void {
  const server = createServer((request, response) => {
    const handle = routes[new URL(request.url ?? '/', 'http://localhost').pathname]
    const handled = handle === undefined ? undefined : seeRequest(request, () => handle(request, response))
    if (handled === undefined) response.writeHead(404).end()
    handled?.catch((error: unknown) => {
      console.error(error)
      response.destroy()
    })
  })
  server.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }))
  })
}

/** Ends the process as its transport asks for, by a signal or by the end of stdin, with every span delivered. */
export function endWith(telemetry: TelemetryService | undefined, ends: 'SIGTERM' | 'stdin'): void {
  const end = (): void => {
    void (telemetry?.shutdown() ?? Promise.resolve()).finally(() => process.exit())
  }
  process.once('SIGTERM', end)
  if (ends === 'stdin') process.stdin.once('end', end)
}
