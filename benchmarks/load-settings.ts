import { parseArgs } from 'node:util'
import type { Protocol } from './export/open-exporters.ts'

export interface LoadSettings {
  readonly protocol: Protocol
  readonly endpoint: URL
  readonly spansPerPayload: number
  readonly connections: number
  readonly seconds: number
  readonly rate: number | undefined
  readonly headers: ReadonlyMap<string, string>
  readonly query: URL | undefined
  readonly serverPid: number | undefined
  readonly postmasterPid: number | undefined
  readonly databaseUrl: string | undefined
  readonly verifiedTraces: number
  readonly drainSeconds: number
  readonly json: boolean
}

export const usage = `Sends OTLP traces, notes what was acknowledged, and reads it back.

  node benchmarks/load.ts [options]

  --protocol http|grpc     OTLP/HTTP with protobuf, or OTLP/gRPC (http)
  --endpoint URL           any OTLP endpoint (http://127.0.0.1:4318, or :4317 for grpc)
  --spans-per-payload N    512, 64, 8 or another power of two up to 32768 (512)
  --connections N          payloads under way at one time (64 where a payload has fewer than 64 spans, else 16)
  --seconds S              how long to send (60)
  --rate SPANS             spans a second on a fixed schedule; without it, as fast as the server acknowledges
  --header NAME=VALUE      sent with each request; may be repeated
  --query URL              Holdfast's Query API: waits until all is queryable, reads random traces back
  --verify N               how many traces to read back (200)
  --drain-seconds S        how long to wait until all is queryable (600)
  --server-pid PID         report CPU time and memory of this process and its children (Linux)
  --postmaster-pid PID     and of this PostgreSQL, where it is not a child of the server
  --database-url URL       report the bytes on disk a span, from schema otel
  --json                   one JSON object on standard output, the table on standard error
  --help`

/** @throws TypeError or RangeError, with a message for people, on bad arguments */
export function readLoadSettings(args: readonly string[]): LoadSettings | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      protocol: { type: 'string', default: 'http' },
      endpoint: { type: 'string' },
      'spans-per-payload': { type: 'string', default: '512' },
      connections: { type: 'string' },
      seconds: { type: 'string', default: '60' },
      rate: { type: 'string' },
      header: { type: 'string', multiple: true, default: [] },
      query: { type: 'string' },
      verify: { type: 'string', default: '200' },
      'drain-seconds': { type: 'string', default: '600' },
      'server-pid': { type: 'string' },
      'postmaster-pid': { type: 'string' },
      'database-url': { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const { protocol } = values
  if (protocol !== 'http' && protocol !== 'grpc')
    throw new RangeError(`--protocol is http or grpc, not ${protocol}`)
  const spansPerPayload = readNumber('spans-per-payload', values['spans-per-payload'])
  return {
    protocol,
    endpoint: new URL(values.endpoint ?? `http://127.0.0.1:${protocol === 'grpc' ? 4317 : 4318}`),
    spansPerPayload,
    connections: readOptional('connections', values.connections) ?? (spansPerPayload < 64 ? 64 : 16),
    seconds: readNumber('seconds', values.seconds),
    rate: readOptional('rate', values.rate),
    headers: new Map(values.header.map(readHeader)),
    query: values.query === undefined ? undefined : new URL(values.query),
    serverPid: readOptional('server-pid', values['server-pid']),
    postmasterPid: readOptional('postmaster-pid', values['postmaster-pid']),
    databaseUrl: values['database-url'],
    verifiedTraces: readNumber('verify', values.verify),
    drainSeconds: readNumber('drain-seconds', values['drain-seconds']),
    json: values.json,
  }
}

function readNumber(name: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new RangeError(`--${name} must be a number above 0, not ${text}`)
  return value
}

function readOptional(name: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : readNumber(name, text)
}

function readHeader(text: string): [string, string] {
  const equals = text.indexOf('=')
  if (equals < 1) throw new RangeError(`--header must be NAME=VALUE, not ${text}`)
  return [text.slice(0, equals).toLowerCase(), text.slice(equals + 1)]
}
