import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { BadPatterns } from './bad-patterns.ts'
import { parsePatterns } from './parse-patterns.ts'
import type { PatternSource } from './pattern-source.ts'
import { watchPatterns, type ReloadOutcome } from './watch-patterns.ts'

/** A source whose text a test changes. */
function openSource(text: string): PatternSource & { text: string; isAway: boolean } {
  const source = {
    name: 'memory',
    text,
    isAway: false,
    readVersion: async () => (source.isAway ? Promise.reject(new Error('memory is away')) : source.text),
    read: async () => parsePatterns(source.text, 'memory'),
  }
  return source
}

const film = '{"label":"ENTITY","pattern":"film"}'
const actor = '{"label":"ENTITY","pattern":"actor"}'
const seldomMs = 3_600_000

describe('watchPatterns', () => {
  test('swaps what changed, as a whole, and once', async () => {
    const sources = [openSource(film), openSource(actor)]
    const inForce: number[] = []
    const watch = watchPatterns({ sources, intervalMs: seldomMs, setPatterns: async (set) => void inForce.push(set.patterns.length) }) // prettier-ignore
    assert.equal((await watch.reload()).kind, 'swapped')
    assert.equal((await watch.reload()).kind, 'unchanged')
    sources[1]!.text = `${actor}\n${film}`
    assert.equal((await watch.reload()).kind, 'swapped')
    assert.deepEqual(inForce, [2, 3])
    await watch.close()
  })

  test('what is in force already is not set again', async () => {
    const reading = parsePatterns(film, 'before')
    assert.ok(reading.ok)
    const setPatterns = async (): Promise<void> => assert.fail('set again')
    const watch = watchPatterns({ sources: [openSource(film)], current: reading.set, intervalMs: seldomMs, setPatterns }) // prettier-ignore
    assert.equal((await watch.reload()).kind, 'unchanged')
    await watch.close()
  })

  test('a bad pattern keeps the old set, and is told once', async () => {
    const source = openSource(film)
    const outcomes: ReloadOutcome[] = []
    let swaps = 0
    const watch = watchPatterns({ sources: [source], intervalMs: seldomMs, setPatterns: async () => void (swaps += 1), onReload: (outcome) => outcomes.push(outcome) }) // prettier-ignore
    await watch.reload()
    source.text = `${film}\n{"label":"ENTITY"}`
    const warned = once(process, 'warning')
    const refused = await watch.reload()
    assert.equal((await watch.reload()).kind, 'unchanged')
    assert.deepEqual(refused, { kind: 'refused', problems: [{ source: 'memory', line: 2, message: 'pattern: write a text, or a list of tokens' }] }) // prettier-ignore
    const [warning] = (await warned) as [Error & { code?: string }]
    assert.equal(warning.code, 'HOLDFAST_PATTERNS')
    assert.match(warning.message, /old ones stay in force: memory:2:/)
    assert.equal(swaps, 1)
    source.text = actor
    assert.equal((await watch.reload()).kind, 'swapped')
    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['swapped', 'refused', 'swapped'],
    )
    await watch.close()
  })

  test('a source that is away, or an engine that is, is asked again', async () => {
    const source = openSource(film)
    let isRefusing = true
    const setPatterns = async (): Promise<void> => {
      if (isRefusing) throw new Error('being restarted')
    }
    const watch = watchPatterns({ sources: [source], intervalMs: seldomMs, setPatterns })
    source.isAway = true
    assert.equal((await watch.reload()).kind, 'failed')
    source.isAway = false
    assert.equal((await watch.reload()).kind, 'failed')
    isRefusing = false
    assert.equal((await watch.reload()).kind, 'swapped')
    await watch.close()
  })

  test('a set that the engine cannot use is not offered again', async () => {
    let offers = 0
    const setPatterns = async (): Promise<void> => {
      offers += 1
      throw Object.assign(new Error('no'), { code: 'ENGINE_PATTERNS' })
    }
    const watch = watchPatterns({ sources: [openSource(film)], intervalMs: seldomMs, setPatterns })
    assert.equal((await watch.reload()).kind, 'failed')
    assert.equal((await watch.reload()).kind, 'unchanged')
    assert.equal(offers, 1)
    await watch.close()
  })

  test('looks by itself, at intervals, until it is closed', async () => {
    const source = openSource(film)
    const keepAlive = setInterval(() => undefined, seldomMs)
    let seen: () => void = () => undefined
    const swapped = (): Promise<void> => new Promise((done) => (seen = done))
    const watch = watchPatterns({ sources: [source], intervalMs: 1, setPatterns: async () => seen() })
    await swapped()
    source.text = actor
    await swapped()
    await watch.close()
    clearInterval(keepAlive)
    source.text = film
    assert.equal((await watch.reload()).kind, 'unchanged')
  })

  test('a source that never answers is given up, and asked again at the next look', async () => {
    const source = openSource(film)
    const answers = source.readVersion
    const watch = watchPatterns({ sources: [source], intervalMs: seldomMs, lookTimeoutMs: 20, setPatterns: async () => undefined }) // prettier-ignore
    source.readVersion = () => new Promise(() => undefined)
    const outcome = await watch.reload()
    assert.match(outcome.kind === 'failed' ? outcome.error.message : '', /no answer within 20 ms/)
    source.readVersion = answers
    assert.equal((await watch.reload()).kind, 'swapped')
    await watch.close()
  })

  test('a source that never answers is not waited for when all is closed', async () => {
    const source = openSource(film)
    const asked = Promise.withResolvers<void>()
    source.readVersion = () => {
      asked.resolve()
      return new Promise(() => undefined)
    }
    const watch = watchPatterns({
      sources: [source],
      intervalMs: seldomMs,
      setPatterns: async () => undefined,
    })
    const looking = watch.reload()
    await asked.promise
    await watch.close()
    assert.equal((await looking).kind, 'unchanged')
  })

  test('patterns that mean nothing are refused with their problems, and not offered again', async () => {
    const problems = [{ source: 'memory', line: 1, message: 'id: write one' }]
    const setPatterns = async (): Promise<void> => {
      throw new BadPatterns(problems)
    }
    const watch = watchPatterns({ sources: [openSource(film)], intervalMs: seldomMs, setPatterns })
    assert.deepEqual(await watch.reload(), { kind: 'refused', problems })
    assert.equal((await watch.reload()).kind, 'unchanged')
    await watch.close()
  })

  test('a callback that rejects is told, and changes nothing', async () => {
    const warned = once(process, 'warning')
    const onReload = async (): Promise<void> => Promise.reject(new Error('my own, later'))
    const watch = watchPatterns({ sources: [openSource(film)], intervalMs: seldomMs, setPatterns: async () => undefined, onReload }) // prettier-ignore
    assert.equal((await watch.reload()).kind, 'swapped')
    assert.match(((await warned) as [Error])[0].message, /onReload throws: my own, later/)
    await watch.close()
  })

  test('a callback that throws is told, and changes nothing', async () => {
    const warned = once(process, 'warning')
    const onReload = (): void => {
      throw new Error('my own')
    }
    const watch = watchPatterns({ sources: [openSource(film)], intervalMs: seldomMs, setPatterns: async () => undefined, onReload }) // prettier-ignore
    assert.equal((await watch.reload()).kind, 'swapped')
    assert.match(((await warned) as [Error])[0].message, /onReload throws/)
    await watch.close()
  })
})
