// Times: dates and ranges of them, and relative ones. Relative ones stay relative: "last month" is the same question every
// day, and whoever answers it knows the day.
import { spanOf, understood, type Item } from './item.ts'
import { shape, type Found, type Rule } from './rule.ts'

/** "revenue by country in 2005" has no year of a country: what stands behind "by" and "per" is taken. */
export const timeRules: readonly Rule[] = [
  {
    shape: shape(
      '(?:(?<![bBP] )(?<attribute>A) )?(?:i )?(?:n (?<from>[Yd]) &|f (?:i )?(?<from2>[Yd]) k) (?<to>[Yd])',
    ),
    apply: (found) =>
      makeTime(found, `${startOf(found.one('from') ?? found.one('from2'))}/${endOf(found.one('to'))}`),
  },
  {
    shape: shape('(?:(?<![bBP] )(?<attribute>A) )?(?<cue>t) (?:i )?(?:u )?(?<date>[Yd])'),
    apply: (found) => makeTime(found, openRange(found.one('cue')?.id ?? '', found.one('date'))),
  },
  {
    shape: shape(
      '(?:(?<![bBP] )(?<attribute>A) )?(?<link>[ior]) (?:(?<unit>u) )?(?<date>[Yd])(?! [U$])|(?<![bBP] )(?<attribute2>A) (?:(?<unit2>u) )?(?<date2>[Yd])',
    ),
    apply: (found) => {
      const date = found.one('date') ?? found.one('date2')
      const attribute = found.one('attribute') ?? found.one('attribute2')
      // "a price of 2000" is a number, "the year of release is 2005" a year, and so is "priced in 2000".
      const isNumber =
        attribute !== undefined &&
        date?.kind === 'Y' &&
        found.one('link')?.kind !== 'i' &&
        !temporal.test(attribute.text)
      const unit = (found.one('unit') ?? found.one('unit2'))?.id
      if (isNumber || (unit !== undefined && unit !== unitOf(date))) return undefined
      return makeTime(found, `${startOf(date)}/${endOf(date)}`)
    },
  },
  {
    // "sales 2005", "2005 sales"; a year next to anything else may be how many.
    shape: shape('(?<date>d)|(?<=[M] )(?<date2>Y)|(?<date3>Y)(?= M)'),
    apply: (found) => {
      const date = found.one('date') ?? found.one('date2') ?? found.one('date3')
      const isPartOfMore = /[fkbtniolqc][~-]*$/.test(found.before)
      return isPartOfMore ? undefined : makeTime(found, `${startOf(date)}/${endOf(date)}`)
    },
  },
  {
    shape: shape(
      '(?:(?<![bBP] )(?<attribute>A) )?(?:[irf] )?(?<cue>[jq]) (?:(?<number>#) )?(?<unit>u)(?! k)',
    ),
    apply: (found) => {
      const number = found.one('number')?.text
      const unit = found.one('unit')?.id.slice('UNIT '.length)
      return makeTime(
        found,
        // "the past 30 days" are the last 30.
        [
          number !== undefined && found.one('cue')?.id === 'PAST' ? 'LAST' : found.one('cue')?.id,
          number,
          unit,
        ]
          .filter((part) => part !== undefined)
          .join(' '),
      )
    },
  },
  {
    shape: shape('(?:(?<![bBP] )(?<attribute>A) )?(?:[ir] )?(?<day>a)'),
    apply: (found) => makeTime(found, found.one('day')?.id.slice('DAY '.length) ?? ''),
  },
  {
    shape: shape('(?:(?<![bBP] )(?<attribute>A) )?i (?<month>h)'),
    apply: (found) => makeTime(found, found.one('month')?.id ?? ''),
  },
]

const temporal = /\b(?:year|date|day|month|time|quarter)\b/

function unitOf(date: Item | undefined): string {
  const [, part] = (date?.text ?? '').split('-')
  return `UNIT ${part === undefined ? 'YEAR' : part.startsWith('q') ? 'QUARTER' : /-.*-/.test(date?.text ?? '') ? 'DAY' : 'MONTH'}`
}

function makeTime(found: Found, range: string | undefined): readonly Item[] | undefined {
  // "not in 2005" leaves out a time; there is no constraint for that.
  if (range === undefined || /[xX][~-]*$/.test(found.before)) return undefined
  const [start = '', end = ''] = range.split('/')
  if (/^\d/.test(start) && /^\d/.test(end) && start >= end) return undefined
  const attribute = (found.one('attribute') ?? found.one('attribute2'))?.id
  const span = spanOf(found.all)
  return [
    understood({ kind: 'time', range, ...(attribute === undefined ? {} : { attribute }), span }, found.all),
  ]
}

function openRange(cue: string, date: Item | undefined): string | undefined {
  if (cue === 'SINCE') return `${startOf(date)}/`
  if (cue === 'BEFORE') return `/${startOf(date)}`
  if (cue === 'AFTER') return `${endOf(date)}/`
  if (cue === 'UNTIL') return `/${endOf(date)}`
  return undefined
}

function startOf(date: Item | undefined): string {
  return rangeOf(date?.text ?? '')[0]
}

function endOf(date: Item | undefined): string {
  return rangeOf(date?.text ?? '')[1]
}

/** The first day, and the first day after. */
function rangeOf(text: string): readonly [string, string] {
  const decade = /^(\d{4})s$/.exec(text)
  if (decade !== null) return [day(Number(decade[1]), 0, 1), day(Number(decade[1]) + 10, 0, 1)]
  const [, yearText, quarter] = /^(\d{4})-q([1-4])$/.exec(text) ?? []
  if (quarter !== undefined) {
    const month = (Number(quarter) - 1) * 3
    return [day(Number(yearText), month, 1), day(Number(yearText), month + 3, 1)]
  }
  const [year = 0, month, date] = text.split('-').map(Number)
  if (month === undefined) return [day(year, 0, 1), day(year + 1, 0, 1)]
  if (date === undefined) return [day(year, month - 1, 1), day(year, month, 1)]
  return [day(year, month - 1, date), day(year, month - 1, date + 1)]
}

function day(year: number, month: number, date: number): string {
  return new Date(Date.UTC(year, month, date)).toISOString().slice(0, 10)
}
