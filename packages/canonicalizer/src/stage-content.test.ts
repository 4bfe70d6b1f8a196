// With @holdfast/telemetry itself: the span holds what the service of the process may record, and the author may say otherwise.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { createTelemetry, type TelemetryService } from '../../telemetry/src/index.ts'
import { patternsFile } from './corpus/read-corpus.fixture.ts'
import { openCanonicalizer, type Canonicalizer } from './open-canonicalizer.ts'
import { inStageSpan } from './stage-span.ts'

const question = 'films about Zarathustra'
const engine = { name: 'wink', model: 'a model' } as const

describe('the content of the stage span', () => {
  let canonicalizer: Canonicalizer
  let telemetry: TelemetryService

  before(async () => {
    // Before any service is there.
    canonicalizer = await openCanonicalizer({ engine: 'wink', patterns: patternsFile('film-rental') })
  })
  afterEach(() => telemetry.shutdown())
  after(() => canonicalizer.close())

  function create(captureContent: 'explicit' | 'all' | 'none', env: Record<string, string> = {}): void {
    telemetry = createTelemetry({ backend: 'memory', captureContent, env })
  }

  function recorded(): string {
    const [span] = telemetry.finishedSpans()
    const { attributes, events, status } = span ?? assert.fail('there is a span')
    return JSON.stringify({ attributes, events, status })
  }

  /** A stage that fails with a message which quotes the question. */
  async function fail(captureContent?: boolean): Promise<void> {
    const error = Object.assign(new Error(`cannot read ${question}`), { code: 'UNREADABLE' })
    await assert.rejects(
      inStageSpan(question, engine, captureContent, () => Promise.reject(error)),
      error,
    )
  }

  test('is what createTelemetry says, also when it comes later, and not what the environment says', async () => {
    process.env['TELEMETRY_CAPTURE_CONTENT'] = 'all'
    try {
      create('explicit')
      await canonicalizer.processQuery(question)
      assert.doesNotMatch(recorded(), /zarathustra/i)
    } finally {
      delete process.env['TELEMETRY_CAPTURE_CONTENT']
    }
    await telemetry.shutdown()
    create('all')
    await canonicalizer.processQuery(question)
    assert.match(recorded(), /"input.value":"films about Zarathustra"/)
    assert.match(recorded(), /\|OTHER:[^#|"]*zarathustra/)
  })

  test('of a failure is its message, but with `none` only its type', async () => {
    create('explicit')
    await fail()
    assert.match(recorded(), /"error.type":"UNREADABLE"/)
    assert.match(recorded(), /"exception.message":"cannot read films about Zarathustra"/)
    await telemetry.shutdown()
    create('none')
    await fail()
    assert.match(recorded(), /"exception.type":"UNREADABLE"/)
    assert.match(recorded(), /"status":{"code":"ERROR"/)
    assert.doesNotMatch(recorded(), /zarathustra/i)
  })

  test('is what the author says of one canonicalizer, whatever the service may record', async () => {
    create('none')
    await fail(true)
    assert.match(recorded(), /"input.value":"films about Zarathustra"/)
    assert.match(recorded(), /"exception.message":"cannot read films about Zarathustra"/)
    await telemetry.shutdown()
    create('all')
    const quiet = await openCanonicalizer({
      engine: 'wink',
      patterns: patternsFile('film-rental'),
      captureContent: false,
    })
    await quiet.processQuery(question)
    await quiet.close()
    assert.doesNotMatch(recorded(), /zarathustra/i)
  })
})
