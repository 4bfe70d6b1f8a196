// What is counted or added up: "how many films", "average length of films", "total revenue"; and by what it is grouped.
import type { Aggregation } from '../canonical-query.ts'
import { encode, spanOf, understood, type Item } from './item.ts'
import { shape, type Found, type Rule } from './rule.ts'

export const metricRules: readonly Rule[] = [
  {
    // "how many PG films", "total films"
    shape: shape('(?<cue>[gG]) (?:o )?(?<kept>(?:[12] )*)(?<entity>E)(?! [AM])'),
    apply: (found) => {
      const cue = found.one('cue')
      // "total films" are counted; "the total of the invoices" is none of them.
      const isTotal = cue?.text === 'total' && !/^Go/.test(encode(found.all).replace(/[~-]/g, ''))
      if (cue?.kind === 'G' && !isTotal) return undefined
      return [...found.group('kept'), makeMetric(found, 'COUNT', found.one('entity'))]
    },
  },
  {
    shape: shape('(?<entity>E) (?<cue>g)'),
    apply: (found) =>
      found.one('cue')?.text === 'count' ? [makeMetric(found, 'COUNT', found.one('entity'))] : undefined,
  },
  {
    // "average film length", "total revenue"
    shape: shape('(?<cue>G) (?:o )?(?<kept>(?:[12] )*(?:E )?)(?<of>[AM])'),
    apply: (found) => {
      const cue = found.one('cue')
      if (cue?.text === 'how much' && found.one('of')?.kind === 'A') return undefined
      return [...found.group('kept'), makeMetric(found, cue?.id as Aggregation, found.one('of'))]
    },
  },
  {
    // "the highest price of films" is a number, "the film with the highest price" a film.
    shape: shape('(?<cue>s) (?:(?<kept>E) (?<of>A)|(?<of2>A)(?= o| $))'),
    apply: (found) =>
      /E/.test(found.before)
        ? undefined
        : [
            ...found.group('kept'),
            makeMetric(
              found,
              found.one('cue')?.id === 'DESC' ? 'MAX' : 'MIN',
              found.one('of') ?? found.one('of2'),
            ),
          ],
  },
  // "number of units sold"
  { shape: shape('g (?:o )?(?<of>M)'), apply: (found) => [makeMetric(found, 'SUM', found.one('of'))] },
  { shape: shape('(?<of>M)'), apply: (found) => [makeMetric(found, 'SUM', found.one('of'))] },
]

export const groupRules: readonly Rule[] = [
  { shape: shape('(?:i )?P (?<by>[EAu])(?: [&,] (?<also>[EAu]))?'), apply: makeGroups },
  {
    shape: shape('(?<every>e)'),
    apply: (found) => [makeGroup(found.all, found.one('every')?.id ?? '')],
  },
  {
    // "revenue by country": of a metric only, "films by length" may be an order.
    shape: shape('b (?<by>[EAu])(?: & (?<also>[EAu]))?'),
    apply: (found) =>
      /3/.test(found.before) && /[E123][~-]*$/.test(found.before) ? makeGroups(found) : undefined,
  },
]

function makeGroups(found: Found): readonly Item[] {
  const by = [found.one('by'), found.one('also')].filter((item) => item !== undefined)
  return by.map((item) =>
    makeGroup(found.all, item.kind === 'u' ? item.id.replace('UNIT', 'EVERY') : item.id),
  )
}

function makeGroup(from: readonly Item[], by: string): Item {
  return understood({ kind: 'group', by, span: spanOf(from) }, from)
}

function makeMetric(found: Found, aggregation: Aggregation, of: Item | undefined): Item {
  const kept = found.group('kept')
  const from = found.all.filter((item) => !kept.includes(item))
  return understood({ kind: 'metric', aggregation, of: of?.id ?? '', span: spanOf(from) }, from)
}
