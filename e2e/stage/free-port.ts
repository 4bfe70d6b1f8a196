import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that systems give to those who ask for any, and to connections (Linux from 32768, others from 49152). */
const firstPort = 20_000
const endOfPorts = 32_768

/**
 * A port of 127.0.0.1 that nobody uses now, for programs that cannot be told to choose one. Between this and its use only
 * another caller of this could take it, by one chance in 12 000; then the program fails to start, loudly.
 */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(firstPort, endOfPorts)
    const probe = createServer().listen(port, '127.0.0.1')
    try {
      await once(probe, 'listening')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') continue
      throw error
    }
    probe.close()
    await once(probe, 'close')
    return port
  }
}
