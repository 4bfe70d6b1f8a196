// What the doctor asks of an MLflow tracking server: its traces, and which spans each one has. Trace ids are Holdfast's
// here (32 hex digits); MLflow writes `tr-` before them.
import { CommandFailure } from './command-context.ts'
import { parseJsonObject } from './parse-json-object.ts'

export interface MlflowServer {
  readonly url: string
  readonly authorization: string | undefined
}

export interface Experiment {
  readonly id: string
  readonly name: string
}

/** A trace as MLflow lists it. */
export interface MlflowTraceItem {
  readonly traceId: string
  readonly experimentId: string
  readonly startTime: Date
  readonly endTime: Date
  /** Of the service whose spans arrived last; undefined: they told none. */
  readonly serviceName: string | undefined
  readonly name: string | undefined
}

export interface MlflowTrace extends MlflowTraceItem {
  /** By span id (hex): did it fail. */
  readonly spans: ReadonlyMap<string, boolean>
}

const timeoutMs = 60_000
const tracesPerPage = 500

/** The server that agents would send to: MLFLOW_TRACKING_USERNAME and _PASSWORD, or MLFLOW_TRACKING_TOKEN, say who asks. */
export function openMlflowServer(
  address: string,
  env: Readonly<Record<string, string | undefined>>,
): MlflowServer {
  const parsed = new URL(address)
  const user = env['MLFLOW_TRACKING_USERNAME'] || decodeURIComponent(parsed.username)
  const password = env['MLFLOW_TRACKING_PASSWORD'] || decodeURIComponent(parsed.password)
  const token = env['MLFLOW_TRACKING_TOKEN']
  const basic =
    user === '' || password === ''
      ? undefined
      : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  return {
    url: `${parsed.protocol}//${parsed.host}${parsed.pathname.replace(/\/+$/, '')}`,
    authorization: basic ?? (token ? `Bearer ${token}` : undefined),
  }
}

/** @throws CommandFailure when there is no such experiment, or no MLflow */
export async function findExperiment(
  server: MlflowServer,
  named: { readonly name: string } | { readonly id: string },
): Promise<Experiment> {
  const path =
    'id' in named
      ? `2.0/mlflow/experiments/get?experiment_id=${encodeURIComponent(named.id)}`
      : `2.0/mlflow/experiments/get-by-name?experiment_name=${encodeURIComponent(named.name)}`
  const found = await ask<{ experiment: { experiment_id: string; name: string } }>(server, path)
  if (found !== undefined) return { id: found.experiment.experiment_id, name: found.experiment.name }
  throw new CommandFailure(
    `MLflow at ${server.url} has no experiment ${'id' in named ? `with the id ${named.id}` : `"${named.name}"`}; name the one that agents write to with --experiment (they take MLFLOW_EXPERIMENT_NAME, by default "Default")`,
  )
}

/** Traces that began in the time, newest first, at most `limit`; `hasMore` when there are others. */
export async function listTraces(
  server: MlflowServer,
  { id }: Experiment,
  window: { readonly start: Date; readonly end: Date },
  limit: number,
): Promise<{ traces: MlflowTraceItem[]; hasMore: boolean }> {
  const traces: MlflowTraceItem[] = []
  let token: string | undefined
  do {
    const page = await ask<{ traces?: WireTraceInfo[]; next_page_token?: string }>(
      server,
      '3.0/mlflow/traces/search',
      {
        locations: [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: id } }],
        filter: `timestamp_ms >= ${window.start.getTime()} AND timestamp_ms < ${window.end.getTime()}`,
        order_by: ['timestamp_ms DESC'],
        max_results: Math.min(tracesPerPage, limit - traces.length),
        page_token: token,
      },
    )
    traces.push(...(page?.traces ?? []).filter(isOpenTelemetry).map(readItem))
    token = page?.next_page_token || undefined
  } while (token !== undefined && traces.length < limit)
  return { traces, hasMore: token !== undefined }
}

/** Those of the traces that MLflow has, of whatever experiment, with the ids of their spans. */
export async function readTraces(
  server: MlflowServer,
  traceIds: readonly string[],
): Promise<ReadonlyMap<string, MlflowTrace>> {
  const query = traceIds.map((id) => `trace_ids=tr-${id}`).join('&')
  const answer = await ask<{ traces?: { trace_info: WireTraceInfo; spans?: WireSpan[] }[] }>(
    server,
    `3.0/mlflow/traces/batchGet?${query}`,
  )
  const traces = (answer?.traces ?? []).map(({ trace_info, spans = [] }) => ({
    ...readItem(trace_info),
    spans: new Map(
      spans.map((span) => [readSpanId(span), span.status?.code === 'STATUS_CODE_ERROR'] as const),
    ),
  }))
  return new Map(traces.map((trace) => [trace.traceId, trace]))
}

interface WireTraceInfo {
  readonly trace_id: string
  readonly trace_location?: { readonly mlflow_experiment?: { readonly experiment_id?: string } }
  /** RFC 3339. */
  readonly request_time?: string
  /** Such as `1.5s`. */
  readonly execution_duration?: string
  readonly tags?: Readonly<Record<string, string>>
}

interface WireSpan {
  /** Base64. */
  readonly span_id: string
  readonly status?: { readonly code?: string }
}

/** MLflow's own clients may make other ids, which never were in Holdfast. */
function isOpenTelemetry({ trace_id }: WireTraceInfo): boolean {
  return /^tr-[0-9a-f]{32}$/.test(trace_id)
}

function readItem(info: WireTraceInfo): MlflowTraceItem {
  const startTime = new Date(info.request_time ?? 0)
  const durationMs = 1000 * Number.parseFloat(info.execution_duration ?? '0')
  return {
    traceId: info.trace_id.slice(3),
    experimentId: info.trace_location?.mlflow_experiment?.experiment_id ?? '',
    startTime,
    endTime: new Date(startTime.getTime() + (Number.isFinite(durationMs) ? durationMs : 0)),
    serviceName: info.tags?.['service.name'],
    name: info.tags?.['mlflow.traceName'],
  }
}

function readSpanId({ span_id }: WireSpan): string {
  return Buffer.from(span_id, 'base64').toString('hex')
}

/** GET, or POST with a body. @returns undefined when MLflow knows no such thing */
async function ask<Body>(server: MlflowServer, path: string, body?: object): Promise<Body | undefined> {
  const { status, text } = await exchange(server, path, body)
  const answer = parseJsonObject(text) as (Body & { error_code?: string }) | undefined
  if (status === 200 && answer !== undefined) return answer
  if (status === 404 && answer?.error_code === 'RESOURCE_DOES_NOT_EXIST') return undefined
  if (status === 401 || status === 403) {
    throw new CommandFailure(
      `MLflow at ${server.url} refuses us (HTTP ${status}); set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN`,
    )
  }
  if (answer?.error_code !== undefined) {
    throw new CommandFailure(`MLflow at ${server.url} answers HTTP ${status} (${answer.error_code})`)
  }
  throw new CommandFailure(
    `what answers at ${server.url} is not the REST API of MLflow 3 (HTTP ${status}); name another address with --mlflow`,
  )
}

async function exchange(
  { url, authorization }: MlflowServer,
  path: string,
  body: object | undefined,
): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(`${url}/api/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(authorization !== undefined && { authorization }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    return { status: response.status, text: await response.text() }
  } catch (error) {
    const { cause, name } = error as { cause?: { code?: string }; name: string }
    throw new CommandFailure(
      `no MLflow answers at ${url} (${cause?.code ?? name}); start it, or name another address with --mlflow`,
      { cause: error },
    )
  }
}
