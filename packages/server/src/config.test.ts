import assert from 'node:assert/strict'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ConfigError, readSettings, settings } from './config.ts'

function mistakesIn(env: Record<string, string>): readonly string[] {
  try {
    readSettings(env)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    assert.equal(error.code, 'bad_settings')
    assert.equal(error.message, error.mistakes.join('\n'))
    return error.mistakes
  }
  return []
}

describe('settings', () => {
  test('have defaults for everything', () => {
    const defaults = readSettings({})
    assert.equal(defaults.databaseUrl, undefined)
    assert.equal(defaults.dataDir, join(homedir(), '.holdfast'))
    assert.equal(defaults.host, '127.0.0.1')
    assert.deepEqual([defaults.port, defaults.otlpGrpcPort, defaults.otlpHttpPort], [5050, 4317, 4318])
    assert.equal(defaults.maxPayloadBytes, 64 * 1024 * 1024)
    assert.deepEqual(defaults.corsOrigins, [])
    assert.equal(defaults.allowUnsafeDatabase, false)
    assert.ok(Object.values(defaults).every((value) => !Number.isNaN(value)))
  })

  test('are read from the environment, around white space; an empty one is the default', () => {
    const read = readSettings({
      DATABASE_URL: ' postgresql://host/db ',
      HOLDFAST_DATA_DIR: '~/elsewhere',
      HOLDFAST_PORT: '0',
      HOLDFAST_OTLP_GRPC_PORT: '',
      HOLDFAST_CORS_ORIGINS: ' https://a.example , ,https://*.b.example',
      HOLDFAST_ALLOW_UNSAFE_DATABASE: 'TRUE',
      HOLDFAST_LOG_LEVEL: 'debug',
      OTHER: 'x',
      HOLDFAST_TEST_SERVER: 'of the tests',
    })
    assert.equal(read.databaseUrl, 'postgresql://host/db')
    assert.equal(read.dataDir, join(homedir(), 'elsewhere'))
    assert.deepEqual([read.port, read.otlpGrpcPort], [0, 4317])
    assert.deepEqual(read.corsOrigins, ['https://a.example', 'https://*.b.example'])
    assert.equal(read.allowUnsafeDatabase, true)
    assert.equal(read.logLevel, 'debug')
  })

  test('report every mistake together, each with what would be right', () => {
    const mistakes = mistakesIn({
      DATABASE_URL: 'mysql://host/db',
      HOLDFAST_PORT: '70000',
      HOLDFAST_OTLP_HTTP_PORT: '4318.5',
      HOLDFAST_PERSIST_THREADS: 'two',
      HOLDFAST_ALLOW_UNAUTHENTICATED: 'maybe',
      HOLDFAST_LOG_LEVEL: 'loud',
      HOLDFAST_PORTS: '1',
    })
    assert.deepEqual(mistakes.map((mistake) => mistake.split(' ')[0]).sort(), [
      'DATABASE_URL',
      'HOLDFAST_ALLOW_UNAUTHENTICATED',
      'HOLDFAST_LOG_LEVEL',
      'HOLDFAST_OTLP_HTTP_PORT',
      'HOLDFAST_PERSIST_THREADS',
      'HOLDFAST_PORT',
      'HOLDFAST_PORTS',
    ])
    assert.match(
      mistakes.find((mistake) => mistake.startsWith('HOLDFAST_PORT '))!,
      /"70000".* from 0 to 65535/,
    )
    assert.match(
      mistakes.find((mistake) => mistake.startsWith('HOLDFAST_LOG_LEVEL'))!,
      /warn/,
    )
  })

  test('that are unknown are mistakes, told with those that are known', () => {
    const [mistake, ...others] = mistakesIn({ HOLDFAST_MAX_PAYLOAD_BYTE: '1' })
    assert.deepEqual(others, [])
    assert.match(mistake!, /HOLDFAST_MAX_PAYLOAD_BYTE is not a setting; .*HOLDFAST_MAX_PAYLOAD_BYTES/)
    const told = mistakesIn({ HOLDFAST_ONE: '1', HOLDFAST_TWO: '2' }).join('\n')
    assert.match(told, /HOLDFAST_ONE is not a setting\nHOLDFAST_TWO is not a setting; the settings are/)
    assert.equal(told.split('HOLDFAST_QUERY_TIMEOUT_MS').length, 2, 'the list stands once')
  })

  test('take names of hosts as names, without scheme, port or wildcard', () => {
    const { allowedHosts } = readSettings({ HOLDFAST_ALLOWED_HOSTS: 'otel-worker, Traces.example.com,' })
    assert.deepEqual(allowedHosts, ['otel-worker', 'Traces.example.com'])
    for (const wrong of ['http://traces.example', 'traces.example:5050', '*.example', 'a b', '.']) {
      const [mistake, ...others] = mistakesIn({ HOLDFAST_ALLOWED_HOSTS: `fine,${wrong}` })
      assert.deepEqual(others, [])
      assert.match(mistake!, /^HOLDFAST_ALLOWED_HOSTS .*without scheme and port/)
    }
  })

  test('refuse an address that others can reach, unless told that something protects it', () => {
    for (const host of ['0.0.0.0', '::', '10.0.0.5', 'example.com']) {
      const [mistake, ...others] = mistakesIn({ HOLDFAST_HOST: host })
      assert.deepEqual(others, [])
      assert.match(mistake!, /HOLDFAST_ALLOW_UNAUTHENTICATED=true/)
      const allowed = readSettings({ HOLDFAST_HOST: host, HOLDFAST_ALLOW_UNAUTHENTICATED: 'true' })
      assert.equal(allowed.host, host)
    }
    for (const host of ['127.0.0.1', '::1', 'localhost'])
      assert.deepEqual(mistakesIn({ HOLDFAST_HOST: host }), [])
  })

  test('want room in memory for a payload twice', () => {
    const bytes = String(20 * 1024 * 1024)
    assert.equal(mistakesIn({ HOLDFAST_MEMORY_BUDGET_BYTES: bytes }).length, 1)
    assert.deepEqual(
      mistakesIn({
        HOLDFAST_MEMORY_BUDGET_BYTES: bytes,
        HOLDFAST_MAX_PAYLOAD_BYTES: String(10 * 1024 * 1024),
      }),
      [],
    )
    // One mistake is not told as two.
    assert.equal(mistakesIn({ HOLDFAST_MEMORY_BUDGET_BYTES: 'x' }).length, 1)
  })

  test('are described each with a sentence, once', () => {
    assert.equal(new Set(settings.map((setting) => setting.name)).size, settings.length)
    for (const { name, sentence } of settings) assert.match(sentence, /^\S.*\.$/, name)
  })
})
