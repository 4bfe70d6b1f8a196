// An agent whose server is away, and that ends in the way that its first argument says.
import { setTimeout as delay } from 'node:timers/promises'
import { createTelemetry } from './index.ts'

const telemetry = createTelemetry({ serviceName: 'away' })
telemetry.span('done', () => 1)

const ends: Record<string, () => unknown> = {
  end: () => {},
  shutdown: () => telemetry.shutdown(),
  // It knows by then that nobody is there.
  exit: async () => {
    void telemetry.flush()
    while (telemetry.stats().deliveries['otlp']?.lastError === undefined) await delay(5)
    process.exit(0)
  },
  'run on': async () => {
    for (let index = 0; ; index++) {
      telemetry.span(`work ${index};`, () => 1)
      await delay(10)
    }
  },
}
await ends[process.argv[2] ?? 'end']?.()
