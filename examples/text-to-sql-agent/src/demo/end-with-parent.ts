// Preloaded into each program of the demo: where the demo is gone, kill -9 included, its end of this pipe is closed, and
// the program ends as upon SIGTERM. Nothing of the demo outlives it.
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM')).resume()
  // Listening to it keeps no program alive that is done.
  if ('unref' in process.stdin) process.stdin.unref()
}
