// `patterns from-schema` upon a real database: Chinook, as the example loads it, read by the role that may only read.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  startMusicServer,
  type MusicServer,
} from '../../examples/text-to-sql-agent/src/database/music-database.fixture.ts'
import { runCommandLine } from '../../packages/canonicalizer/src/cli/run-command-line.ts'
import { openCanonicalizer, type Canonicalizer } from '../../packages/canonicalizer/src/open-canonicalizer.ts'

interface Proposed {
  readonly label: string
  readonly pattern: string
  readonly id: string
}

describe('patterns from the schema of Chinook', () => {
  let server: MusicServer
  let canonicalizer: Canonicalizer
  const said: string[] = []
  const complained: string[] = []
  before(async () => {
    server = await startMusicServer()
    const code = await runCommandLine(
      ['patterns', 'from-schema', '--database-url', server.music.readerUrl],
      (line) => said.push(line),
      (line) => complained.push(line),
    )
    assert.equal(code, 0, complained.join('\n'))
    canonicalizer = await openCanonicalizer({ engine: 'wink', patterns: `${said.join('\n')}\n` })
  })
  after(async () => {
    await canonicalizer.close()
    await server.close()
  })

  const proposed = (label: string): string[] =>
    said
      .map((line) => JSON.parse(line) as Proposed)
      .filter((one) => one.label === label)
      .map(({ pattern, id }) => `${pattern} → ${id}`)

  test('name its tables, and leave out the one that only ties others together', () => {
    assert.deepEqual(proposed('ENTITY'), [
      'album → ALBUM',
      'artist → ARTIST',
      'customer → CUSTOMER',
      'support rep → EMPLOYEE',
      'employee → EMPLOYEE',
      'genre → GENRE',
      'invoice → INVOICE',
      'invoice line → INVOICE_LINE',
      'media type → MEDIA_TYPE',
      'playlist → PLAYLIST',
      'track → TRACK',
    ])
  })

  test('know what is measured, in what, and which way it is sorted', () => {
    assert.deepEqual(proposed('UNIT'), [
      'millisecond → MILLISECOND',
      'second → MILLISECOND*1000',
      'minute → MILLISECOND*60000',
      'hour → MILLISECOND*3600000',
      'byte → BYTE',
    ])
    assert.deepEqual(proposed('SORT'), [
      'most expensive → UNIT_PRICE DESC',
      'priciest → UNIT_PRICE DESC',
      'cheapest → UNIT_PRICE ASC',
      'least expensive → UNIT_PRICE ASC',
      'longest → MILLISECOND DESC',
      'shortest → MILLISECOND ASC',
    ])
    assert.ok(proposed('COMPARATOR').includes('longer than → MILLISECOND GT'))
    assert.deepEqual(proposed('METRIC'), ['invoice total → TOTAL', 'quantity → QUANTITY'])
    assert.ok(complained.includes('left out: "newest": it might be of HIRE_DATE or INVOICE_DATE'))
  })

  test('hold nobody’s name, address or number, and no value that is a word of every question', () => {
    const columns = new Set(proposed('FILTER').map((line) => line.replace(/^.* → (\w+)=.*$/, '$1')))
    assert.deepEqual([...columns], ['STATE', 'COUNTRY', 'CITY', 'GENRE', 'MEDIA_TYPE', 'PLAYLIST'])
    assert.ok(proposed('FILTER').includes('Heavy Metal → GENRE=HEAVY METAL'))
    assert.ok(complained.includes('left out: "ON" as FILTER STATE=ON: it is a word of every schema'))
    assert.doesNotMatch(said.join('\n'), /Angus|Jobim|@|chinookcorp|Apple Inc|Stuttgart|555/)
  })

  test('are good for questions as they are', async () => {
    const questions = {
      'Top 5 longest rock tracks': 'FILTER:GENRE=ROCK|LIMIT:5|SELECT:TRACK|SORT:MILLISECOND DESC',
      'tracks longer than 5 minutes': 'FILTER:MILLISECOND>300000|SELECT:TRACK',
      'how many customers are from Brazil?': 'FILTER:COUNTRY=BRAZIL|METRIC:COUNT(CUSTOMER)',
      'average track length per genre': 'GROUP:GENRE|METRIC:TRACK.AVG(MILLISECOND)|SELECT:TRACK',
      'employees hired': 'SELECT:EMPLOYEE|OTHER:[EMPLOYEE] hired',
    }
    for (const [question, fingerprint] of Object.entries(questions)) {
      assert.equal((await canonicalizer.processQuery(question)).fingerprint, fingerprint)
    }
  })
})
