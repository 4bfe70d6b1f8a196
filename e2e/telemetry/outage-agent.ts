// An agent that records one trace and ends in the way that its first argument says. The second: how many steps the run
// has, the third: how long one takes. Prints the trace id first, so that a test knows it however this ends.
import { setTimeout as delay } from 'node:timers/promises'
import { createTelemetry } from '../../packages/telemetry/src/index.ts'

const [ending = 'return', steps = '10', stepMs = '0'] = process.argv.slice(2)
const telemetry = createTelemetry({ serviceName: 'outage-agent' })

await telemetry.span('run', { type: 'AGENT', inputs: { ending } }, async (run) => {
  console.log(`trace ${run.traceId}`)
  for (let step = 1; step <= Number(steps); step++) {
    await telemetry.span(`step ${step}`, { type: 'TOOL', inputs: { step } }, async (span) => {
      await delay(Number(stepMs))
      span.setOutputs({ step, text: 'x'.repeat(200) })
    })
    if (Number(stepMs) > 0) console.log(`step ${step}`)
  }
})

const endings: Readonly<Record<string, () => unknown>> = {
  return: () => {},
  shutdown: () => telemetry.shutdown(),
  exit: () => process.exit(0),
  throw: () => {
    throw new Error('a bug of the agent')
  },
  reject: () => Promise.reject(new Error('a bug of the agent')),
  SIGTERM: () => {
    process.kill(process.pid, 'SIGTERM')
    return delay(60_000)
  },
  SIGINT: () => {
    process.kill(process.pid, 'SIGINT')
    return delay(60_000)
  },
  'flush, kill -9': async () => {
    await telemetry.flush()
    process.kill(process.pid, 'SIGKILL')
  },
}
await endings[ending]?.()
