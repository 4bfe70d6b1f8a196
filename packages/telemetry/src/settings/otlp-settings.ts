// Where and how OTLP is sent: OTEL_EXPORTER_OTLP_*, by the rules of the specification ("OpenTelemetry Protocol
// Exporter"): what is said for traces wins over what is said for all; a path is appended to the general endpoint only.
import { readFileSync } from 'node:fs'
import type { DeliveryTarget } from '../export/delivery-target.ts'
import type { Environment } from './environment.ts'
import type { SettingName } from './settings-table.ts'

const protocols = ['grpc', 'http/protobuf', 'http/json'] as const
type Word = 'PROTOCOL' | 'COMPRESSION' | 'TIMEOUT' | PemWord
type PemWord = 'CERTIFICATE' | 'CLIENT_KEY' | 'CLIENT_CERTIFICATE'

/** A complete OTLP target. */
export interface OtlpSettings {
  readonly protocol: 'grpc' | 'http/protobuf' | 'http/json'
  /** For HTTP with its path; for gRPC scheme, host and port. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly compression: 'none' | 'gzip'
  readonly timeoutMs: number
  /** PEM texts, read from their files once. `insecure`: gRPC without TLS, where the address has no scheme. */
  readonly tls: NonNullable<DeliveryTarget['tls']>
}

/** Reads them all. Mistakes are collected in `environment`. */
export function readOtlpSettings(environment: Environment): OtlpSettings {
  const protocol = environment.word(nameOf(environment, 'PROTOCOL'), protocols) ?? 'grpc'
  return {
    protocol,
    url: readUrl(environment, protocol),
    headers: {
      ...environment.pairs('OTEL_EXPORTER_OTLP_HEADERS'),
      ...environment.pairs('OTEL_EXPORTER_OTLP_TRACES_HEADERS'),
    },
    compression: environment.word(nameOf(environment, 'COMPRESSION'), ['gzip', 'none']) ?? 'none',
    // 0 would be no time at all, which nobody means.
    timeoutMs: environment.integerIfSet(nameOf(environment, 'TIMEOUT'), 1) ?? 10_000,
    tls: readTls(environment),
  }
}

function nameOf(environment: Environment, word: Word): SettingName {
  const traces = `OTEL_EXPORTER_OTLP_TRACES_${word}` as const
  return environment.text(traces) === undefined ? `OTEL_EXPORTER_OTLP_${word}` : traces
}

function readUrl(environment: Environment, protocol: OtlpSettings['protocol']): string {
  const forTraces = environment.text('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')
  const name =
    forTraces === undefined ? 'OTEL_EXPORTER_OTLP_ENDPOINT' : ('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' as const)
  const told = environment.text(name)
  if (protocol === 'grpc') {
    if (told === undefined) return 'http://localhost:4317'
    const url = readGrpcAddress(told)
    if (url !== undefined) return url
    environment.mistake(name, 'is not an address such as http://host:4317 or host:4317')
    return 'http://localhost:4317'
  }
  const fallback = 'http://localhost:4318/v1/traces'
  if (told === undefined) return fallback
  const url = readHttpUrl(told)
  if (url === undefined) {
    environment.mistake(name, 'is not a URL such as http://host:4318')
    return fallback
  }
  if (forTraces === undefined) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`
  return url.href
}

/** Undefined for anything but http: and https:. */
export function readHttpUrl(text: string): URL | undefined {
  // URL.parse came with Node.js 22.1.
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:') ? url : undefined
}

// A scheme, host and port; or a name in gRPC's own terms. What follows the host is no part of it.
function readGrpcAddress(text: string): string | undefined {
  if (/^(unix|dns|ipv4|ipv6):/i.test(text)) return text
  if (text.includes('://')) {
    const url = readHttpUrl(text)
    return url === undefined ? undefined : `${url.protocol}//${url.host}`
  }
  return /^[^\s/]+$/.test(text) && URL.canParse(`http://${text}`) ? text : undefined
}

function readTls(environment: Environment): OtlpSettings['tls'] {
  const insecure = environment.text('OTEL_EXPORTER_OTLP_TRACES_INSECURE')
    ? environment.flag('OTEL_EXPORTER_OTLP_TRACES_INSECURE')
    : environment.flag('OTEL_EXPORTER_OTLP_INSECURE')
  const ca = readPem(environment, 'CERTIFICATE')
  const key = readPem(environment, 'CLIENT_KEY')
  const cert = readPem(environment, 'CLIENT_CERTIFICATE')
  return {
    ...(insecure && { insecure }),
    ...(ca !== undefined && { ca }),
    ...(key !== undefined && { key }),
    ...(cert !== undefined && { cert }),
  }
}

function readPem(environment: Environment, word: PemWord): string | undefined {
  const name = nameOf(environment, word)
  const path = environment.text(name)
  if (path === undefined) return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    environment.mistake(name, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`)
    return undefined
  }
}
