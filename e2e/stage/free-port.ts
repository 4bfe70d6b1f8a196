import { createServer, type AddressInfo } from 'node:net'

/**
 * A port of 127.0.0.1 that nobody uses now, for programs that cannot be told to choose one. Between this and its use
 * another process could take it; then the program fails to start, loudly.
 */
export function findFreePort(): Promise<number> {
  const probe = createServer()
  return new Promise((done, fail) => {
    probe.once('error', fail)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => done(port))
    })
  })
}
