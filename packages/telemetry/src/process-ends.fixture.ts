// An agent that ends one span and then ends itself, in the way that its first argument says. Nobody listens where it exports to.
import { trace } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { createTelemetry, holdfastSpanProcessor } from './index.ts'

const how = process.argv[2] ?? 'end'
// What the application has done before: a listener that is gone when it is called, a provider of its own.
if (how === 'once') process.once('SIGTERM', () => setTimeout(() => process.exit(7), 10))
const provider =
  how === 'processor'
    ? new TracerProvider({ spanProcessors: [holdfastSpanProcessor()] })
    : new TracerProvider()
if (how === 'processor' || how === 'joined') trace.setGlobalTracerProvider(provider)

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
  once: () => process.kill(process.pid, 'SIGTERM'),
  processor: endWithProvider,
  joined: endWithProvider,
  // The first process of a container lives on after a signal that it sends to itself and does not listen to.
  container: () => {
    process.kill = () => true
    process.emit('SIGTERM')
    telemetry.span('after', () => 1)
    const check = setInterval(() => {
      if (process.listenerCount('SIGTERM') === 0) return
      clearInterval(check)
      process.emit('SIGTERM')
      process.exit(5)
    }, 10)
    setTimeout(() => process.exit(9), 10_000)
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
ends[how]?.()

function endWithProvider(): void {
  void provider.shutdown()
  process.exit(3)
}
