import type { SpanItem, TraceDetail, TraceItem } from '../query/contract.ts'

/** A span as the Query API lists it, for tests. */
export function exampleItem(fields: Partial<SpanItem> = {}): SpanItem {
  return {
    span_id: '00000000000000a1',
    parent_span_id: null,
    name: 'handle question',
    kind: 'internal',
    service_name: 'agent',
    start_time: '2026-11-23T12:00:00.000000000Z',
    duration_ms: 100,
    status: 'unset',
    running: false,
    silent: false,
    last_heard_at: null,
    input_tokens: null,
    output_tokens: null,
    counts_tokens: false,
    fingerprint: null,
    cost: null,
    ...fields,
  }
}

type TraceHead = TraceItem & Pick<TraceDetail, 'fingerprints'>

export function exampleTrace(fields: Partial<TraceHead> = {}): TraceHead {
  return {
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    service_name: 'agent',
    root_name: 'handle question',
    root_span_id: '00000000000000a1',
    root_provisional: false,
    start_time: '2026-11-23T12:00:00.000000000Z',
    end_time: '2026-11-23T12:00:01.000000000Z',
    duration_ms: 1000,
    status: 'ok',
    span_count: 1,
    fingerprints: [],
    error_count: 0,
    input_tokens: null,
    output_tokens: null,
    cost: null,
    running: false,
    silent: false,
    last_heard_at: null,
    ...fields,
  }
}
