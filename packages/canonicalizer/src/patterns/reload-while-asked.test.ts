// Patterns that change in a file and in a table while questions are asked, through the whole of the canonicalizer.
import assert from 'node:assert/strict'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../server/src/postgres/test-database.ts'
import { findTestPython } from '../engine/spacy/test-spacy.ts'
import { openCanonicalizer } from '../open-canonicalizer.ts'
import { ensurePatternTable, tablePatterns } from './table-patterns.ts'
import type { ReloadOutcome } from './watch-patterns.ts'

const python = await findTestPython()

/** Enough for spaCy to load them in several slices, with questions in between. */
const many = Array.from({ length: 600 }, (_, index) =>
  JSON.stringify({ label: 'FILTER', pattern: [{ LOWER: { IN: [`w${index}`] } }], id: `W=${index}` }),
).join('\n')

for (const engine of ['wink', 'spacy'] as const) {
  const skip = engine === 'spacy' && python === undefined ? 'no Python' : false
  describe(`patterns that change while questions are asked of ${engine}`, { skip }, () =>
    describeReload(engine),
  )
}

function describeReload(engine: 'wink' | 'spacy'): void {
  let database: TestDatabase
  let folder: string
  before(async () => {
    database = await createTestDatabase()
    folder = await mkdtemp(join(tmpdir(), 'holdfast-patterns-'))
    await ensurePatternTable(database.pool)
    await database.pool.query(`insert into nlp_patterns (label, pattern, id) values ('ENTITY', '"movie"', 'FILM')`) // prettier-ignore
  })
  after(async () => {
    await database.drop()
    await rm(folder, { recursive: true, force: true })
  })

  test('are in force soon, all at once; a bad one changes nothing', async () => {
    const file = join(folder, 'actors.jsonl')
    await writeFile(file, `{"label":"ENTITY","pattern":"actor","id":"ACTOR"}\n${many}\n`)
    let outcomeCame: (outcome: ReloadOutcome) => void = () => undefined
    const nextOutcome = (): Promise<ReloadOutcome> => new Promise((done) => (outcomeCame = done))
    const canonicalizer = await openCanonicalizer({
      engine,
      ...(python === undefined ? {} : { spacy: { python } }),
      patterns: [file, tablePatterns(database.pool)],
      reloadIntervalMs: 5,
      onReload: (outcome) => outcomeCame(outcome),
    })
    const fingerprints = new Map<string, Set<string>>()
    let isAsking = true
    const asking = (async () => {
      while (isAsking) {
        const { fingerprint, patternsVersion } = await canonicalizer.processQuery('movies of actors')
        const seen = fingerprints.get(patternsVersion) ?? new Set()
        fingerprints.set(patternsVersion, seen.add(fingerprint))
      }
    })()

    let outcome = nextOutcome()
    await database.pool.query(`update nlp_patterns set id = 'MOVIE'`)
    assert.equal((await outcome).kind, 'swapped')

    outcome = nextOutcome()
    await writeFile(`${file}.new`, `{"label":"ENTITY","pattern":"actor","id":"PERFORMER"}\n${many}\n`)
    await rename(`${file}.new`, file)
    assert.equal((await outcome).kind, 'swapped')
    const { fingerprint } = await canonicalizer.processQuery('movies of actors')
    assert.match(fingerprint, /MOVIE/)
    assert.match(fingerprint, /PERFORMER/)

    outcome = nextOutcome()
    await database.pool.query(`insert into nlp_patterns (label, pattern) values ('ENTITY', '[{}]')`)
    const refused = await outcome
    assert.equal(refused.kind === 'refused' && refused.problems[0]?.line, 2)
    assert.equal((await canonicalizer.processQuery('movies of actors')).fingerprint, fingerprint)

    isAsking = false
    await asking
    await canonicalizer.close()
    assert.deepEqual(
      [...fingerprints.values()].map(({ size }) => size),
      [...fingerprints.values()].map(() => 1),
      'each set gave one fingerprint',
    )
    assert.equal(fingerprints.size, 3)
  })
}
