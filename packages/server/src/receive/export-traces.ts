/**
 * What both transports do with the bytes of one export request: make protobuf of JSON, validate, append, report.
 * Guarantees: `accepted` with spans is said only after the appender committed them. Called by the HTTP and the gRPC door.
 */
import type { Log } from '../log.ts'
import type { OtlpEncoding } from '../otlp/export-response.ts'
import { inspectTraces } from '../otlp/inspect.ts'
import { transcodeTracesJson } from '../otlp/transcode-json.ts'
import type { Appender, AppendOutcome } from '../queue/appender.ts'
import { rejectInternal, type Rejection } from './rejection.ts'

export type ExportResult =
  | {
      readonly kind: 'accepted'
      readonly spanCount: number
      /** Spans that were cut out of the payload; the others are stored. */
      readonly rejectedSpans: number
      /** Why they were, '' when none was. */
      readonly message: string
    }
  | { readonly kind: 'rejected'; readonly rejection: Rejection }

/** Calls `done` once: before returning when there is nothing to append, else after the commit or its refusal. */
export function exportTraces(
  appender: Appender,
  log: Log,
  encoding: OtlpEncoding,
  body: Uint8Array,
  done: (result: ExportResult) => void,
): void {
  let checked
  try {
    checked = check(encoding, body)
  } catch (error) {
    return done(failed(log, error))
  }
  if (!checked.ok) {
    return done({ kind: 'rejected', rejection: { code: 'malformed', message: checked.message } })
  }

  const { bytes, spanCount, traceHashes, rejectedSpans, message } = checked
  const accepted: ExportResult = { kind: 'accepted', spanCount, rejectedSpans, message }
  // Nothing to store: an export without spans succeeds, and one with only bad spans is a partial success.
  // https://opentelemetry.io/docs/specs/otlp/#full-success-1
  if (spanCount === 0) return done(accepted)

  appender
    .append({ bytes, spanCount, traceHashes })
    .then((outcome) => (outcome.kind === 'committed' ? accepted : refused(outcome)))
    .catch((error: unknown) => failed(log, error))
    .then(done)
    .catch((error: unknown) => log.error({ err: error }, 'an answer could not be given'))
}

function check(encoding: OtlpEncoding, body: Uint8Array) {
  if (encoding === 'protobuf') return inspectTraces(body)
  const transcoded = transcodeTracesJson(body)
  return transcoded.ok ? inspectTraces(transcoded.bytes) : transcoded
}

function refused(outcome: Extract<AppendOutcome, { kind: 'refused' }>): ExportResult {
  const { reason, message, retryAfterMs } = outcome
  return { kind: 'rejected', rejection: { code: reason, message, retryAfterMs } }
}

function failed(log: Log, error: unknown): ExportResult {
  // The stack says where. The message stays out of the log: an error made while reading a payload may quote it.
  const stack =
    error instanceof Error ? error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) : undefined
  log.error(
    { error: error instanceof Error ? error.name : typeof error, stack },
    'an export failed unexpectedly',
  )
  return { kind: 'rejected', rejection: rejectInternal() }
}
