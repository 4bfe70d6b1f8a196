import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { basePatternsFile } from '../patterns/base-patterns.ts'
import { filePatterns } from '../patterns/file-patterns.ts'
import { describeProblem, parsePatterns } from '../patterns/parse-patterns.ts'
import { checkIds } from './check-ids.ts'

function check(label: string, id: string, engine?: 'spacy'): string {
  const reading = parsePatterns(JSON.stringify({ label, pattern: 'x', id, engine }), 'a.jsonl')
  return reading.ok ? checkIds(reading.set).map(describeProblem).join() : assert.fail()
}

describe('label and id of a pattern', () => {
  test('that mean nothing are refused, with the line and what to write', () => {
    for (const [label, id] of [
      ['ENTTY', 'FILM'],
      ['ENTITY', ''],
      ['FILTER', '=PG'],
      ['FILTER', 'RATING='],
      ['UNIT', 'LENGTH*'],
      ['UNIT', 'LENGTH*abc'],
      ['UNIT', 'LENGTH*1e3'],
      ['UNIT', 'LENGTH*1/2'],
      ['UNIT', 'LENGTH*-1'],
      ['UNIT', 'LENGTH*0.0'],
      ['COMPARATOR', 'LENGTH GTT'],
      ['SORT', 'LENGTH'],
      ['LIMIT', 'MANY'],
      ['TIME', 'DAY DOOM'],
      ['TIME', 'MONTH 13'],
      ['NOISE', 'SOMETIMES'],
      ['REFUSE', 'FILM'],
      ['toString', ''],
    ] as const) {
      assert.match(check(label, id), /^a\.jsonl:1: .*(write|add) /, `${label} ${id}`)
    }
    assert.match(check('REFUSE', '', 'spacy'), /or \*/)
  })

  test('that mean something are taken', async () => {
    for (const [label, id] of [
      ['FILTER', 'ACTIVE'],
      ['FILTER', 'NAME=a=b'],
      ['FILTER', 'LENGTH>=120'],
      ['UNIT', ''],
      ['UNIT', 'LENGTH*0.5'],
      ['COMPARATOR', 'AVG(LENGTH) GT'],
    ] as const) {
      assert.equal(check(label, id), '', `${label} ${id}`)
    }
    assert.equal(check('PASSIVE', '', 'spacy'), '')
    const base = await filePatterns(basePatternsFile).read()
    assert.deepEqual(base.ok ? checkIds(base.set) : base.problems, [])
  })
})
