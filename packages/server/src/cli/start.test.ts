import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings } from '../config.ts'
import { EmbeddedServerError } from '../postgres/embedded-server-error.ts'
import { explainStartError } from './explain-start-error.ts'
import { describeServer } from './start.ts'

test('what the start prints to copy can be reached from here', () => {
  const settings = readSettings({ HOLDFAST_HOST: '0.0.0.0', HOLDFAST_ALLOW_UNAUTHENTICATED: 'true' })
  const lines = describeServer(
    {
      queryUrl: 'http://0.0.0.0:5050',
      otlpHttpUrl: 'http://0.0.0.0:4318',
      otlpGrpcUrl: 'http://0.0.0.0:4317',
      databaseSocketDir: undefined,
      close: async () => undefined,
    },
    settings,
  ).join('\n')
  assert.doesNotMatch(lines, /http:\/\/0\.0\.0\.0/)
  assert.match(lines, /every address of this machine \(HOLDFAST_HOST=0\.0\.0\.0\)/)
  assert.match(lines, /OTEL_EXPORTER_OTLP_ENDPOINT=http:\/\/127\.0\.0\.1:4318 /)
})

test("a directory that may not be written, or is another user's, is told with what to do", () => {
  const settings = readSettings({ HOLDFAST_DATA_DIR: '/srv/holdfast' })
  const denied = Object.assign(new Error('EACCES'), { code: 'EACCES', path: '/srv/holdfast' })
  for (const error of [
    denied,
    new EmbeddedServerError('data_not_ours', 'Cannot make it', { cause: denied }),
  ]) {
    const told = explainStartError(error, settings) as Error
    assert.match(
      told.message,
      /^the data directory \/srv\/holdfast .* may not be written .*HOLDFAST_DATA_DIR/,
    )
  }
  const elsewhere = explainStartError(new EmbeddedServerError('no_space', 'No space left'), settings) as Error
  assert.equal(elsewhere.message, 'No space left')
  assert.equal(elsewhere.name, 'CommandFailure')
})
