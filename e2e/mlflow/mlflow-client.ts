// MLflow's REST API as a reader of traces sees it. Attributes come as OTLP values in snake_case, ids in base64.
import assert from 'node:assert/strict'
import { waitUntil } from '../stage/wait-until.ts'

export interface MlflowTraceInfo {
  readonly trace_id: string
  readonly state: string
  readonly request_preview?: string
  readonly response_preview?: string
  readonly trace_metadata: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly trace_location: { readonly mlflow_experiment: { readonly experiment_id: string } }
}

export interface MlflowSpan {
  /** Hex. */
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly status: string
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface MlflowTrace {
  readonly info: MlflowTraceInfo
  readonly spans: readonly MlflowSpan[]
}

/** A whole trace by its OpenTelemetry id (hex); undefined when MLflow does not know it. */
export async function findMlflowTrace(url: string, traceId: string): Promise<MlflowTrace | undefined> {
  const answer = await fetch(`${url}/api/3.0/mlflow/traces/get?trace_id=tr-${traceId}&allow_partial=true`)
  if (answer.status === 404) return undefined
  const text = await answer.text()
  assert.equal(answer.status, 200, text)
  const { trace } = JSON.parse(text) as { trace: { trace_info: MlflowTraceInfo; spans?: WireSpan[] } }
  return { info: trace.trace_info, spans: (trace.spans ?? []).map(readSpan) }
}

/** The trace, once it has this many spans and its root has arrived. */
export async function waitForMlflowTrace(
  url: string,
  traceId: string,
  spanCount: number,
): Promise<MlflowTrace> {
  let trace: MlflowTrace | undefined
  await waitUntil(async () => {
    trace = await findMlflowTrace(url, traceId)
    return trace !== undefined && trace.spans.length >= spanCount && trace.info.state !== 'IN_PROGRESS'
  }, 100)
  assert.ok(trace)
  assert.equal(trace.spans.length, spanCount)
  return trace
}

/** The id of an experiment; undefined when there is none of that name. */
export async function findExperiment(url: string, name: string): Promise<string | undefined> {
  const answer = await fetch(
    `${url}/api/2.0/mlflow/experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`,
  )
  if (answer.status === 404) return undefined
  const body = (await answer.json()) as { experiment: { experiment_id: string } }
  return body.experiment.experiment_id
}

/** @returns its id */
export async function createExperiment(url: string, name: string): Promise<string> {
  const created = await post(url, 'create', { name })
  return (created as { experiment_id: string }).experiment_id
}

export async function changeExperiment(
  url: string,
  experimentId: string,
  change: 'delete' | 'restore',
): Promise<void> {
  await post(url, change, { experiment_id: experimentId })
}

async function post(url: string, action: string, body: object): Promise<unknown> {
  const answer = await fetch(`${url}/api/2.0/mlflow/experiments/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  assert.equal(answer.status, 200, text)
  return JSON.parse(text)
}

interface WireSpan {
  readonly trace_id: string
  readonly span_id: string
  readonly parent_span_id?: string
  readonly name: string
  readonly status?: { readonly code?: string }
  readonly attributes?: readonly { readonly key: string; readonly value?: WireValue }[]
}

interface WireValue {
  readonly string_value?: string
  readonly int_value?: string | number
  readonly double_value?: number
  readonly bool_value?: boolean
  readonly array_value?: { readonly values?: readonly WireValue[] }
  readonly kvlist_value?: {
    readonly values?: readonly { readonly key: string; readonly value?: WireValue }[]
  }
}

function readSpan(span: WireSpan): MlflowSpan {
  return {
    traceId: toHex(span.trace_id),
    spanId: toHex(span.span_id),
    parentSpanId: span.parent_span_id ? toHex(span.parent_span_id) : undefined,
    name: span.name,
    status: span.status?.code ?? 'STATUS_CODE_UNSET',
    attributes: readAttributes(span.attributes ?? []),
  }
}

function readAttributes(
  list: readonly { readonly key: string; readonly value?: WireValue }[],
): Record<string, unknown> {
  return Object.fromEntries(list.map(({ key, value }) => [key, readValue(value)]))
}

function readValue(value: WireValue = {}): unknown {
  if (value.array_value !== undefined) return (value.array_value.values ?? []).map(readValue)
  if (value.kvlist_value !== undefined) return readAttributes(value.kvlist_value.values ?? [])
  if (value.int_value !== undefined) return Number(value.int_value)
  return value.string_value ?? value.double_value ?? value.bool_value ?? null
}

function toHex(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex')
}
