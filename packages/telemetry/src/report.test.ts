import { diag, DiagLogLevel } from '@opentelemetry/api'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { report } from './report.ts'

test('trouble is told once a code, as a warning with a type and a code, and to the diag logger', async (t) => {
  const told: string[] = []
  const note = (message: string): void => void told.push(message)
  diag.setLogger({ error: note, warn: note, info: note, debug: note, verbose: note }, DiagLogLevel.DEBUG)
  t.after(() => diag.disable())
  told.length = 0 // the logger says that it was set
  const warned = once(process, 'warning')
  report.warnOnce('HOLDFAST_TEST', 'the first')
  report.warnOnce('HOLDFAST_TEST', 'the second')
  report.debug('a detail')
  const [warning] = (await warned) as [Error & { code?: string }]
  assert.deepEqual(
    [warning.name, warning.code, warning.message],
    ['HoldfastTelemetryWarning', 'HOLDFAST_TEST', 'the first'],
  )
  assert.deepEqual(told, ['holdfast: the first', 'holdfast: a detail'])
})

test('a logger of the application that throws is told of, and nothing else comes of it', async (t) => {
  let isBroken = false // it is told that it was set
  const broken = (): void => {
    if (isBroken) throw new RangeError('no disk')
  }
  diag.setLogger(
    { error() {}, warn: broken, info() {}, debug: broken, verbose() {} },
    {
      logLevel: DiagLogLevel.DEBUG,
      suppressOverrideMessage: true,
    },
  )
  t.after(() => {
    isBroken = false
    diag.disable()
  })
  isBroken = true
  const warned = once(process, 'warning')
  report.debug('a detail')
  report.debug('a detail')
  const [warning] = (await warned) as [Error & { code?: string }]
  assert.deepEqual([warning.code, warning.message], ['HOLDFAST_DIAG', 'the diag logger throws: RangeError'])
})
