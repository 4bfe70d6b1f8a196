import assert from 'node:assert/strict'
import { test } from 'node:test'
import { programEnvironment } from './program-environment.ts'

test('settings of other programs stay away, those of the demo and of the person pass', () => {
  const env = programEnvironment({
    DATABASE_URL: 'postgres://production/holdfast',
    PGHOST: 'production',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4317',
    OTEL_SDK_DISABLED: 'true',
    OTEL_LOG_LEVEL: 'debug',
    MCP_URL: 'http://elsewhere/mcp',
    TELEMETRY_BACKEND: 'dual',
    MLFLOW_TRACKING_URI: 'http://127.0.0.1:5000',
    HOLDFAST_PORT: '6060',
    no_proxy: 'intranet',
    nothing: undefined,
  })
  assert.deepEqual(env, {
    OTEL_LOG_LEVEL: 'debug',
    TELEMETRY_BACKEND: 'dual',
    MLFLOW_TRACKING_URI: 'http://127.0.0.1:5000',
    HOLDFAST_PORT: '6060',
    NO_PROXY: '127.0.0.1,localhost,intranet',
    no_proxy: '127.0.0.1,localhost,intranet',
  })
})
