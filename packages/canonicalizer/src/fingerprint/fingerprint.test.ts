import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Constraint } from '../canonical-query.ts'
import { makeKey, renderFingerprint, renderPrivateFingerprint } from './fingerprint.ts'

const span = { start: 0, end: 1 }
const film: Constraint = { kind: 'entity', id: 'FILM', span }

function filter(attribute: string, values: readonly string[], more: Partial<Constraint> = {}): Constraint {
  const basis = { kind: 'filter', operator: '=', negated: false, isLiteral: false, span } as const
  return { ...basis, attribute, values, ...more } as Constraint
}

describe('a fingerprint', () => {
  test('has every constraint once, sorted', () => {
    const constraints: Constraint[] = [
      { kind: 'limit', count: 10, from: 'TOP', span },
      filter('RATING', ['PG']),
      film,
      filter('RATING', ['PG']),
    ]
    assert.equal(renderFingerprint({ constraints, residue: [] }), 'FILTER:RATING=PG|LIMIT:10|SELECT:FILM')
  })

  test('has what was not understood at the end, in its order', () => {
    const parts = { constraints: [film], residue: [film, 'about', 'robots'] }
    assert.equal(renderFingerprint(parts), 'SELECT:FILM|OTHER:[FILM] about robots')
  })

  const text = fc.string({
    maxLength: 6,
    unit: fc.constantFrom('|', ':', '=', ',', '%', 'A', ' ', '[', ']', '!', '.'),
  })

  test('is another one when any value is, whatever signs are in it', () => {
    const values = fc.uniqueArray(
      text.filter((value) => value !== ''),
      { minLength: 1, maxLength: 3 },
    )
    const anyFilter = fc.record({ attribute: text.filter((name) => name !== ''), values })
    fc.assert(
      fc.property(
        fc.array(anyFilter, { maxLength: 3 }),
        fc.array(anyFilter, { maxLength: 3 }),
        (one, other) => {
          const render = (filters: typeof one): string =>
            renderFingerprint({
              constraints: filters.map(({ attribute, values: of }) => filter(attribute, of)),
              residue: [],
            })
          const identity = (filters: typeof one): string =>
            JSON.stringify(
              [...new Set(filters.map((each) => JSON.stringify([each.attribute, each.values])))].sort(),
            )
          assert.equal(render(one) === render(other), identity(one) === identity(other))
        },
      ),
    )
  })

  test('does not depend on the order of the constraints', () => {
    const some = fc.array(
      text.map((value) => filter('A', [value])),
      { maxLength: 5 },
    )
    fc.assert(
      fc.property(some, (constraints) => {
        const reversed = constraints.toReversed()
        assert.equal(
          renderFingerprint({ constraints, residue: [] }),
          renderFingerprint({ constraints: reversed, residue: [] }),
        )
      }),
    )
  })
})

describe('without the words of whoever asked', () => {
  test('what was not understood is a hash, the same for the same words', () => {
    const parts = { constraints: [film], residue: [film, 'about', 'secrets'] }
    const hidden = renderPrivateFingerprint(parts)
    assert.match(hidden, /^SELECT:FILM\|OTHER:#[0-9a-f]{16}$/)
    assert.equal(hidden, renderPrivateFingerprint(parts))
    assert.notEqual(hidden, renderPrivateFingerprint({ ...parts, residue: [film, 'about', 'others'] }))
  })

  test('amounts stay, numbers that may tell who somebody is do not', () => {
    const render = (operator: '=' | '>', value: string): string =>
      renderPrivateFingerprint({
        constraints: [filter('X', [value], { isLiteral: true, operator })],
        residue: [],
      })
    assert.equal(render('>', '120'), 'FILTER:X>120')
    assert.match(render('>', '4915112345678'), /^FILTER:X>#/)
    assert.match(render('=', '4711'), /^FILTER:X=#/)
  })
})

test('a key is the SHA-256 of the version of the rules and the fingerprint', () => {
  assert.match(makeKey('SELECT:FILM'), /^[0-9a-f]{64}$/)
  assert.notEqual(makeKey('SELECT:FILM'), makeKey('SELECT:ACTOR'))
})

test('an id with a dot is no owner and what it owns', () => {
  const [one, other] = [filter('CUSTOMER.COUNTRY', ['X']), filter('COUNTRY', ['X'], { owner: 'CUSTOMER' })]
  const render = (constraint: Constraint): string =>
    renderFingerprint({ constraints: [constraint], residue: [] })
  assert.equal(render(one), 'FILTER:CUSTOMER%2ECOUNTRY=X')
  assert.equal(render(other), 'FILTER:CUSTOMER.COUNTRY=X')
})

test('without words, a long limit and a single day are hashed; months, years and short limits are not', () => {
  const render = (constraint: Constraint): string =>
    renderPrivateFingerprint({ constraints: [constraint], residue: [] })
  const time = (range: string): string => render({ kind: 'time', range, span })
  assert.match(render({ kind: 'limit', count: 4_111_111_111, from: 'TOP', span }), /^LIMIT:#[0-9a-f]{16}$/)
  assert.equal(render({ kind: 'limit', count: 100, from: 'TOP', span }), 'LIMIT:100')
  assert.match(time('1980-05-03/1980-05-04'), /^TIME:#/)
  assert.match(time('1980-05-01/1980-05-02'), /^TIME:#/)
  assert.match(time('/1980-05-03'), /^TIME:#/)
  for (const range of ['1980-05-01/1980-06-01', '2005-01-01/', 'LAST 30 DAY'])
    assert.equal(time(range), `TIME:${range}`)
})
