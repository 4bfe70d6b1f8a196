/**
 * What both transports do with the bytes of one export request: make protobuf of JSON, validate, append, report.
 * Guarantees: `accepted` with spans is said only after the appender committed them. Called by the HTTP and the gRPC door.
 */
import type { Log } from '../log.ts'
import type { OtlpEncoding } from '../otlp/export-response.ts'
import { inspectTraces, type Inspection } from '../otlp/inspect.ts'
import { transcodedBytesAtMost, transcodeTracesJson } from '../otlp/transcode-json.ts'
import type { Appender, AppendOutcome } from '../queue/appender.ts'
import { rejectBusy, rejectInternal, type Rejection } from './rejection.ts'
import type { Reservation } from './reservation.ts'

export type ExportResult =
  | {
      readonly kind: 'accepted'
      readonly spanCount: number
      /** Spans that were cut out of the payload; the others are stored. */
      readonly rejectedSpans: number
      /** Why they were, and what else the sender should know; '' when there is nothing to say. */
      readonly message: string
    }
  | { readonly kind: 'rejected'; readonly rejection: Rejection }

/**
 * @param body its bytes are in the reservation; those of the protobuf that JSON becomes take their place there
 * @param done called once: before returning when there is nothing to append, else after the commit or its refusal
 */
export function exportTraces(
  appender: Appender,
  log: Log,
  encoding: OtlpEncoding,
  body: Uint8Array,
  reservation: Reservation,
  done: (result: ExportResult) => void,
): void {
  let checked
  try {
    checked = encoding === 'protobuf' ? checkProtobuf(body) : checkJson(body, reservation)
  } catch (error) {
    return done(failed(log, error))
  }
  if (!checked.ok) return done({ kind: 'rejected', rejection: checked.rejection })

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

type Checked = Extract<Inspection, { ok: true }> | { readonly ok: false; readonly rejection: Rejection }

function checkProtobuf(bytes: Uint8Array): Checked {
  const inspection = inspectTraces(bytes)
  return inspection.ok ? inspection : malformed(inspection.message)
}

/** Spans may fall to what JSON allows and protobuf cannot say, and others to what inspectTraces finds. */
function checkJson(json: Uint8Array, reservation: Reservation): Checked {
  if (!reservation.tryGrow(transcodedBytesAtMost(json))) return { ok: false, rejection: rejectBusy() }
  const transcoded = transcodeTracesJson(json)
  reservation.shrink(json.byteLength)
  if (!transcoded.ok) return malformed(transcoded.message, transcoded.field)
  const checked = checkProtobuf(transcoded.bytes)
  if (!checked.ok || transcoded.message === '') return checked
  return {
    ...checked,
    rejectedSpans: transcoded.rejectedSpans + checked.rejectedSpans,
    message:
      checked.message === ''
        ? transcoded.message
        : `${transcoded.message}. Of the others, ${checked.message}`,
  }
}

function malformed(message: string, field?: string): Checked {
  const rejection = { code: 'malformed', message } as const
  return { ok: false, rejection: field === undefined ? rejection : { ...rejection, field } }
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
