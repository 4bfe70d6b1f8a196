import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import os, { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { readSettings } from './read-settings.ts'
import { settingsTable } from './settings-table.ts'
import type { Settings } from './settings.ts'

function read(env: Record<string, string>): Settings {
  const { settings, mistakes } = readSettings({}, env)
  assert.deepEqual(mistakes, [])
  return settings
}

function mistakesIn(env: Record<string, string>): { settings: Settings; mistakes: string } {
  const { settings, mistakes } = readSettings({}, env)
  return { settings, mistakes: mistakes.join('\n') }
}

test('nothing set, or all of it empty, gives the defaults', () => {
  const empty = Object.fromEntries(settingsTable.map(({ name }) => [name, ' ']))
  for (const settings of [read({}), read(empty)]) {
    assert.equal(settings.backend, 'otel')
    assert.equal(settings.captureContent, 'explicit')
    assert.deepEqual(settings.otel.otlp, {
      protocol: 'grpc',
      url: 'http://localhost:4317',
      headers: {},
      compression: 'none',
      timeoutMs: 10_000,
      tls: {},
    })
    assert.deepEqual(settings.otel.batch, {
      maxQueueSize: 2048,
      maxExportBatchSize: 512,
      scheduledDelayMs: 5000,
      exportTimeoutMs: 30_000,
    })
    assert.deepEqual(settings.sampler, { name: 'parentbased_always_on', ratio: 1 })
    assert.deepEqual(settings.propagators, ['tracecontext', 'baggage'])
    assert.match(settings.otel.spool.rootDir ?? '', /holdfast\/spool$/)
    assert.equal(settings.otel.pendingSpans, 'auto')
    assert.equal(settings.exitHooks, true)
    assert.equal(settings.mlflow, undefined)
    assert.equal(settings.serviceName, undefined)
  }
})

describe('where OTLP goes', () => {
  const urls: [string, Record<string, string>, string][] = [
    [
      'http: its own port and path',
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' },
      'http://localhost:4318/v1/traces',
    ],
    [
      'http: the path is appended to the endpoint of all signals',
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_EXPORTER_OTLP_ENDPOINT: 'https://h:1/base/' },
      'https://h:1/base/v1/traces',
    ],
    [
      'http: not to the endpoint of traces',
      {
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://other',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://h:1/own?x=1',
      },
      'http://h:1/own?x=1',
    ],
    [
      'grpc: the path does not count',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://h:4317/v1/traces' },
      'https://h:4317',
    ],
    ['grpc: host and port alone', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }, 'collector:4317'],
    ['grpc: a name of gRPC’s', { OTEL_EXPORTER_OTLP_ENDPOINT: 'unix:///tmp/s' }, 'unix:///tmp/s'],
  ]
  for (const [about, env, url] of urls) test(about, () => assert.equal(read(env).otel.otlp.url, url))

  test('an address that is none is said, and the default counts', () => {
    for (const protocol of ['grpc', 'http/json']) {
      const { settings, mistakes } = mistakesIn({
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_ENDPOINT: 'not an address',
      })
      assert.match(mistakes, /OTEL_EXPORTER_OTLP_ENDPOINT/)
      assert.match(settings.otel.otlp.url, /^http:\/\/localhost:431[78]/)
    }
  })

  test('headers are decoded, those of traces win', () => {
    const env = {
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a%2Cb, x = 1=2 ,,',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x=3',
    }
    assert.deepEqual(read(env).otel.otlp.headers, { authorization: 'Bearer a,b', x: '3' })
  })

  test('bad headers are left out, and never quoted', () => {
    const { settings, mistakes } = mistakesIn({ OTEL_EXPORTER_OTLP_HEADERS: 'authorization=secret%E0%A4%A' })
    assert.deepEqual(settings.otel.otlp.headers, {})
    assert.match(mistakes, /OTEL_EXPORTER_OTLP_HEADERS/)
    assert.doesNotMatch(mistakes, /secret/)
  })

  test('certificates are read from their files', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-settings-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'ca.pem')
    writeFileSync(path, 'PEM')
    assert.deepEqual(
      read({ OTEL_EXPORTER_OTLP_CERTIFICATE: path, OTEL_EXPORTER_OTLP_INSECURE: 'TRUE' }).otel.otlp.tls,
      { ca: 'PEM', insecure: true },
    )
    assert.match(mistakesIn({ OTEL_EXPORTER_OTLP_CLIENT_KEY: join(folder, 'none') }).mistakes, /ENOENT/)
  })
})

test('bad values are said together, each with what counts instead', () => {
  const { settings, mistakes } = mistakesIn({
    TELEMETRY_BACKEND: 'splunk',
    OTEL_BSP_MAX_QUEUE_SIZE: '-5',
    OTEL_BSP_SCHEDULE_DELAY: '1.5',
    OTEL_TRACES_SAMPLER: 'xray',
    OTEL_TRACES_SAMPLER_ARG: '7',
    OTEL_PROPAGATORS: 'b3',
    OTEL_SDK_DISABLED: 'yes',
    MLFLOW_TRACKING_URI: 'databricks',
    OTEL_RESOURCE_ATTRIBUTES: 'no-pair',
  })
  assert.equal(mistakes.split('\n').length, 9)
  assert.equal(settings.backend, 'otel')
  assert.equal(settings.otel.batch.maxQueueSize, 2048)
  assert.equal(settings.sampler.name, 'parentbased_always_on')
  assert.equal(settings.sampler.ratio, 1)
  assert.deepEqual(settings.propagators, ['tracecontext', 'baggage'])
  assert.match(
    mistakes,
    /TELEMETRY_BACKEND is none of otel, mlflow, dual, memory, off; the default counts: otel/,
  )
})

test('what is set counts, in any case of its words', () => {
  const settings = read({
    TELEMETRY_BACKEND: 'DUAL',
    MLFLOW_TRACKING_URI: 'http://localhost:5000/',
    MLFLOW_EXPERIMENT_NAME: 'agents',
    OTEL_SERVICE_NAME: 'svc',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,team=a%2Cb',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
    OTEL_PROPAGATORS: 'baggage',
    OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '100',
    OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '7',
    TELEMETRY_PENDING_SPANS: 'off',
    TELEMETRY_EXIT_HOOKS: 'false',
    TELEMETRY_SPOOL_DIR: 'off',
    OTEL_LOG_LEVEL: 'DEBUG',
    OTEL_BSP_MAX_QUEUE_SIZE: '100',
  })
  assert.equal(settings.backend, 'dual')
  assert.equal(settings.mlflow?.trackingUri, 'http://localhost:5000')
  assert.equal(settings.mlflow?.experimentName, 'agents')
  assert.equal(settings.serviceName, 'svc')
  assert.deepEqual(settings.resourceAttributes, { 'service.name': 'other', team: 'a,b' })
  assert.deepEqual(settings.sampler, { name: 'parentbased_traceidratio', ratio: 0.25 })
  assert.deepEqual(settings.propagators, ['baggage'])
  assert.equal(settings.spanLimits.attributeValueLengthLimit, 100)
  assert.equal(settings.spanLimits.attributeCountLimit, 7)
  assert.equal(settings.otel.pendingSpans, 'off')
  assert.equal(settings.exitHooks, false)
  assert.equal(settings.otel.spool.rootDir, undefined)
  assert.equal(settings.logLevel, 'debug')
  assert.equal(settings.otel.batch.maxExportBatchSize, 100)
})

test('the standard variable for content means all, unless ours says otherwise', () => {
  const standard = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT'
  for (const word of ['true', 'SPAN_ONLY', 'span_and_event']) {
    assert.equal(read({ [standard]: word }).captureContent, 'all')
  }
  for (const word of ['false', 'NO_CONTENT', 'EVENT_ONLY']) {
    assert.equal(read({ [standard]: word }).captureContent, 'explicit')
  }
  assert.equal(read({ [standard]: 'true', TELEMETRY_CAPTURE_CONTENT: 'none' }).captureContent, 'none')
  const badWord = readSettings({}, { [standard]: 'true', TELEMETRY_CAPTURE_CONTENT: 'nothing' })
  assert.equal(badWord.settings.captureContent, 'explicit')
  assert.match(
    badWord.mistakes.join(),
    /^TELEMETRY_CAPTURE_CONTENT is none of .* the default counts: explicit$/,
  )
})

test('what is said in code wins over the variables, but not over OTEL_SDK_DISABLED', () => {
  const env = { TELEMETRY_BACKEND: 'off', OTEL_SERVICE_NAME: 'env', OTEL_RESOURCE_ATTRIBUTES: 'a=env,b=env' }
  const { settings } = readSettings(
    { backend: 'memory', serviceName: 'code', resourceAttributes: { a: 'code' } },
    env,
  )
  assert.equal(settings.backend, 'memory')
  assert.equal(settings.serviceName, 'code')
  assert.deepEqual(settings.resourceAttributes, { a: 'code', b: 'env' })
  assert.equal(readSettings({ backend: 'otel' }, { OTEL_SDK_DISABLED: 'true' }).settings.backend, 'off')
})

test('a relative XDG_STATE_HOME is ignored, an absolute one is used', () => {
  assert.equal(read({ XDG_STATE_HOME: '/state' }).otel.spool.rootDir, '/state/holdfast/spool')
  assert.ok(!read({ XDG_STATE_HOME: 'state' }).otel.spool.rootDir?.startsWith('state'))
})

test('without a home directory nothing is kept on disk, and that is said; what keeps nothing does not look for one', (t) => {
  const { homedir } = os
  t.after(() => {
    os.homedir = homedir
    syncBuiltinESMExports()
  })
  for (const lookUp of [() => assert.fail('ENOENT'), () => '']) {
    os.homedir = lookUp
    syncBuiltinESMExports()
    const { settings, mistakes } = mistakesIn({})
    assert.equal(settings.backend, 'otel')
    assert.equal(settings.otel.spool.rootDir, undefined)
    assert.match(mistakes, /^No home .* TELEMETRY_SPOOL_DIR/)
    for (const backend of ['memory', 'off']) read({ TELEMETRY_BACKEND: backend })
    assert.equal(read({ TELEMETRY_SPOOL_DIR: 'off' }).otel.spool.rootDir, undefined)
    assert.equal(read({ TELEMETRY_SPOOL_DIR: '/spool' }).otel.spool.rootDir, '/spool')
  }
})

test('OTEL_TRACES_EXPORTER=none is off, unless a backend is named; its other values are for others', () => {
  assert.equal(read({ OTEL_TRACES_EXPORTER: 'None' }).backend, 'off')
  assert.equal(read({ OTEL_TRACES_EXPORTER: 'none', TELEMETRY_BACKEND: 'otel' }).backend, 'otel')
  assert.equal(
    readSettings({ backend: 'memory' }, { OTEL_TRACES_EXPORTER: 'none' }).settings.backend,
    'memory',
  )
  assert.equal(read({ OTEL_TRACES_EXPORTER: 'console' }).backend, 'otel')
})

test('spans are shown before they end to Holdfast only, unless told otherwise, in code or by a variable', () => {
  const name = 'TELEMETRY_PENDING_SPANS'
  const words = { auto: 'auto', ON: 'on', off: 'off', true: 'on', false: 'off' } as const
  for (const [word, mode] of Object.entries(words))
    assert.equal(read({ [name]: word }).otel.pendingSpans, mode)
  assert.match(mistakesIn({ [name]: 'yes' }).mistakes, /TELEMETRY_PENDING_SPANS .*the default counts: auto/)
  assert.equal(readSettings({ pendingSpans: 'on' }, { [name]: 'off' }).settings.otel.pendingSpans, 'on')
  const { settings, mistakes } = readSettings({ pendingSpans: true as unknown as 'on' }, {})
  assert.equal(settings.otel.pendingSpans, 'auto')
  assert.match(mistakes.join(), /TELEMETRY_PENDING_SPANS as an option is none of auto, on, off/)
})

test('an option that names no backend is said, and is not the same as off', () => {
  const { settings, mistakes } = readSettings({ backend: 'holdfast' as 'otel' }, {})
  assert.equal(settings.backend, 'otel')
  assert.match(
    mistakes.join('\n'),
    /TELEMETRY_BACKEND as an option names no backend; the default counts: otel/,
  )
})
