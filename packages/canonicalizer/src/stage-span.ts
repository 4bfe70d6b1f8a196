// The stage as a span: `canonicalize.spacy` or `canonicalize.wink`, a child of whatever is active. By @opentelemetry/api
// alone: without an SDK it costs nothing.
//
// The question's words are content, and leave the process only when content may be captured. The fingerprint may hold
// some of them (what was not understood, and numbers), so otherwise the attribute has hashes in their places: equal
// where fingerprints are equal, and the key is of the whole fingerprint in either case. What patterns say is the
// author's, and limits, times and amounts of up to six digits that a known attribute is compared with stay readable.
import { SpanStatusCode, trace, type Span } from '@opentelemetry/api'
import type { Canonicalized } from './canonicalize-question.ts'
import type { NlpEngine } from './engine/nlp-engine.ts'
import { renderPrivateFingerprint } from './fingerprint/fingerprint.ts'

/** What a span may hold of a question: as much as the longest that is taken. */
const maxCapturedChars = 4_096

/** Runs `work` in the stage's span. Whatever it rejects with marks the span failed and is passed on. */
export async function inStageSpan(
  question: string,
  { name, model }: Pick<NlpEngine, 'name' | 'model'>,
  captureContent: boolean,
  work: () => Promise<Canonicalized>,
): Promise<Canonicalized> {
  const tracer = trace.getTracer('@holdfast/canonicalizer')
  const attributes = {
    'telemetry.input_len_chars': question.length,
    'nlp.engine': name,
    'nlp.model': model,
    ...(name === 'spacy' ? { 'spacy.model': model } : {}),
    ...(captureContent
      ? { 'input.value': question.slice(0, maxCapturedChars), 'input.mime_type': 'text/plain' }
      : {}),
  }
  return await tracer.startActiveSpan(`canonicalize.${name}`, { attributes }, async (span) => {
    try {
      const canonicalized = await work()
      if (span.isRecording()) describe(span, canonicalized, captureContent)
      return canonicalized
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error))
      span.setStatus({
        code: SpanStatusCode.ERROR,
        message: error instanceof Error ? error.message : String(error),
      })
      throw error
    } finally {
      span.end()
    }
  })
}

function describe(span: Span, { query, parts }: Canonicalized, captureContent: boolean): void {
  span.setAttributes({
    'telemetry.output_len_chars': query.fingerprint.length,
    'canonicalize.fingerprint': captureContent ? query.fingerprint : renderPrivateFingerprint(parts),
    'canonicalize.key': query.key,
  })
}

const captureWords = new Set(['true', 'span_only', 'span_and_event'])

/** The variables of @holdfast/telemetry: `TELEMETRY_CAPTURE_CONTENT=all`, or the GenAI conventions' own. */
export function capturesContent(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  const own = env['TELEMETRY_CAPTURE_CONTENT']?.trim().toLowerCase()
  if (own !== undefined && own !== '') return own === 'all'
  const standard = env['OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT']?.trim().toLowerCase()
  return captureWords.has(standard ?? '')
}
