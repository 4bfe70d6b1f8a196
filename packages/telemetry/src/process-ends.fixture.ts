// An agent that ends one span and then ends itself, in the way that its first argument says. Nobody listens where it exports to.
import { createTelemetry } from './index.ts'

const telemetry = createTelemetry({ serviceName: 'ends' })
const alive = setInterval(() => {}, 1000)
telemetry.span('done', { inputs: 'hello' }, () => 1)

const ends: Record<string, () => void> = {
  exit: () => process.exit(3),
  throw: () => {
    throw new Error('a bug of the agent')
  },
  reject: () => void Promise.reject(new Error('a bug of the agent')),
  unhandled: () => void telemetry.span('failing', () => Promise.reject(new Error('a bug of the agent'))),
  end: () => clearInterval(alive),
  SIGTERM: () => process.kill(process.pid, 'SIGTERM'),
  SIGINT: () => process.kill(process.pid, 'SIGINT'),
  SIGHUP: () => process.kill(process.pid, 'SIGHUP'),
  handled: () => {
    process.on('SIGTERM', () => setTimeout(() => process.exit(7), 10))
    process.kill(process.pid, 'SIGTERM')
  },
  // As the package signal-exit does it: it counts its listeners, and ends the process if there are no others.
  polite: () => {
    Reflect.set(globalThis, Symbol.for('signal-exit emitter'), { count: 1 })
    const listener = (): void => {
      if (process.listenerCount('SIGTERM') > 1) return
      process.removeListener('SIGTERM', listener)
      process.kill(process.pid, 'SIGTERM')
    }
    process.on('SIGTERM', listener)
    process.kill(process.pid, 'SIGTERM')
  },
  stream: () => {
    const words = telemetry.span('stream', function* () {
      yield 'one'
      yield 'two'
    })
    words.next()
    process.exit(0)
  },
}
ends[process.argv[2] ?? 'end']?.()
