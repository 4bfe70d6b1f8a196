// A Holdfast reduced to its embedded server, for tests that kill it: `node embedded-server.fixture.ts DATA_DIR [UID GID]`.
// Prints one JSON line, the target or the error, and closes on SIGTERM.
import { openLog } from '../log.ts'
import { EmbeddedServerError } from './embedded-server-error.ts'
import { openEmbeddedServer } from './embedded-server.ts'

const [dataDir = '', uid, gid] = process.argv.slice(2)
if (uid !== undefined && gid !== undefined) {
  process.setgroups?.([])
  process.setgid?.(Number(gid))
  process.setuid?.(Number(uid))
}
try {
  const server = await openEmbeddedServer({ dataDir, log: openLog('warn') })
  const staysOpen = setInterval(() => undefined, 1_000)
  process.once('SIGTERM', () => {
    clearInterval(staysOpen)
    void server.close()
  })
  process.stdout.write(`${JSON.stringify({ target: server.target })}\n`)
} catch (error) {
  if (!(error instanceof EmbeddedServerError)) throw error
  process.stdout.write(`${JSON.stringify({ code: error.code, message: error.message })}\n`)
}
