// The stage as a span: `canonicalize.spacy` or `canonicalize.wink`, a child of whatever is active. By @opentelemetry/api
// alone: without an SDK it costs nothing.
//
// The question's words are content, and leave the process only when content may be captured. The fingerprint may hold
// some of them (what was not understood, and numbers), so otherwise the attribute has hashes in their places: equal
// where fingerprints are equal, and the key is of the whole fingerprint in either case. What patterns say is the
// author's, and limits, times and amounts of up to six digits that a known attribute is compared with stay readable.
//
// Whether content may be captured is the author's word, else that of @holdfast/telemetry, which publishes what its service
// of this process may record, else that of the variables which it would read.
import { SpanStatusCode, trace, type Span } from '@opentelemetry/api'
import type { Canonicalized } from './canonicalize-question.ts'
import type { EngineName, NlpEngine } from './engine/nlp-engine.ts'
import { renderPrivateFingerprint } from './fingerprint/fingerprint.ts'

/** What a span may hold of a question: as much as the longest that is taken. */
const maxCapturedChars = 4_096

/**
 * Runs `work` in the stage's span. Whatever it rejects with marks the span failed and is passed on.
 * @param captureContent the author's word, where there is one
 */
export async function inStageSpan(
  question: string,
  { name, model }: Pick<NlpEngine, 'name' | 'model'>,
  captureContent: boolean | undefined,
  work: () => Promise<Canonicalized>,
): Promise<Canonicalized> {
  const tracer = trace.getTracer('@holdfast/canonicalizer')
  const mode = contentCapture()
  const isCaptured = captureContent ?? mode === 'all'
  const attributes = {
    'telemetry.input_len_chars': question.length,
    ...(isCaptured
      ? { 'input.value': question.slice(0, maxCapturedChars), 'input.mime_type': 'text/plain' }
      : {}),
  }
  return await tracer.startActiveSpan(`canonicalize.${name}`, { attributes }, async (span) => {
    try {
      const canonicalized = await work()
      if (span.isRecording()) describe(span, canonicalized, isCaptured)
      return canonicalized
    } catch (error) {
      // Messages of errors quote what they are about: with `none` they stay here.
      nameEngine(span, name, model)
      describeFailure(span, error, isCaptured || mode !== 'none')
      throw error
    } finally {
      span.end()
    }
  })
}

function describe(span: Span, { query, parts }: Canonicalized, captureContent: boolean): void {
  nameEngine(span, query.engine, query.model)
  span.setAttributes({
    'telemetry.output_len_chars': query.fingerprint.length,
    'canonicalize.fingerprint': captureContent ? query.fingerprint : renderPrivateFingerprint(parts),
    'canonicalize.key': query.key,
  })
}

/** Of the engine that answered: where spaCy is away, another one may have. */
function nameEngine(span: Span, name: EngineName, model: string): void {
  span.updateName(`canonicalize.${name}`)
  span.setAttributes({ 'nlp.engine': name, 'nlp.model': model })
  if (name === 'spacy') span.setAttribute('spacy.model', model)
}

function describeFailure(span: Span, error: unknown, hasMessage: boolean): void {
  const type = errorType(error)
  const told: Partial<Error> = hasMessage && error instanceof Error ? error : {}
  const { message = '', stack = '' } = told
  span.setAttribute('error.type', type)
  span.recordException({ name: type, message, stack })
  span.setStatus({ code: SpanStatusCode.ERROR, message })
}

/** The code where it has one in words; a signal's reason can be anything. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

type ContentCapture = 'explicit' | 'all' | 'none'

/** Where @holdfast/telemetry publishes it. A name, not an import: each of the two works without the other. */
const policyKey = Symbol.for('holdfast.telemetry.content-policy.1')
type PolicyHolder = { readonly [policyKey]?: { readonly captureContent: ContentCapture } }

const captureWords = new Set(['true', 'span_only', 'span_and_event'])

/** What may be recorded of content now: the service may be made after the canonicalizer. */
export function contentCapture(
  env: Readonly<Record<string, string | undefined>> = process.env,
): ContentCapture {
  const published = (globalThis as PolicyHolder)[policyKey]?.captureContent
  if (published !== undefined) return published
  const own = env['TELEMETRY_CAPTURE_CONTENT']?.trim().toLowerCase()
  if (own === 'all' || own === 'none') return own
  const standard = env['OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT']?.trim().toLowerCase()
  return !own && captureWords.has(standard ?? '') ? 'all' : 'explicit'
}
