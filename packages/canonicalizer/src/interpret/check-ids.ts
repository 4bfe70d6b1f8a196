// Whether label and id of a pattern mean something here. An engine takes any; but what the rules do not know is a word
// that nobody knows, and whoever wrote "ENTTY" would wait for it in vain.
import type { Pattern, PatternProblem, PatternSet } from '../patterns/pattern-set.ts'
import { kindOf } from './item.ts'
import { doubt, refusal } from './weigh-hints.ts'

/** What may stand behind each label, for people; the words in capitals at the end of an id are our own. */
const wanted: Readonly<Record<string, string>> = {
  ENTITY: 'what can be listed, such as "FILM"',
  ATTRIBUTE: 'a column, such as "LENGTH"',
  METRIC: 'what adds up, such as "REVENUE"',
  FILTER: 'a value, such as "RATING=PG", also with != > >= < <=; or "ACTIVE", which is "ACTIVE=TRUE"',
  UNIT: 'the attribute, and how many of its own unit it is: "LENGTH" or "LENGTH*60"; of money none',
  COMPARATOR: '"LENGTH GT", or "GT": GT, GE, LT, LE, EQ, NE; also "BETWEEN", "OR GE", "OR LE"',
  SORT: '"LENGTH DESC", "LENGTH ASC", "DESC", "ASC", "COUNT DESC", "COUNT ASC", "MOST", "BY", "DESCENDING" or "ASCENDING"',
  AGGREGATION: 'COUNT, SUM, AVG, MIN or MAX',
  NEGATION: 'NOT, NO, EXCEPT, NON or NOR',
  LIMIT: 'TOP, BOTTOM, FIRST, LAST or ANY',
  TIME: 'SINCE, BEFORE, AFTER, UNTIL, PAST, LAST, THIS, NEXT, "DAY TODAY", "UNIT DAY", "EVERY DAY" or "MONTH 01" and the like',
  GROUP: 'PER',
  LINK: 'OF, IN, WITH, BY, FROM, FOR, TO, AND, BUT, OR or WHO',
  NOISE: 'START (of a question), LIGHT (beside what is understood) or ALWAYS',
}

/** Words that are to be known as words, so that slips in them are mended, and that mean nothing more. */
const wordsOnly = 'WORDS'

/** The patterns whose label or id means nothing. Hints may have any: one that confirms no match does nothing. */
export function checkIds({ patterns }: PatternSet): PatternProblem[] {
  return patterns.flatMap((pattern) => {
    const message = pattern.engine === 'spacy' ? checkHint(pattern) : checkMatch(pattern)
    return message === undefined ? [] : [{ source: pattern.source, line: pattern.line, message }]
  })
}

function checkMatch({ label, id }: Pattern): string | undefined {
  if (label === wordsOnly) return undefined
  if (label === refusal || label === doubt) return `${label} is obeyed by spaCy alone: add "engine": "spacy"`
  if (kindOf(label, id) !== '?') return undefined
  const meant = Object.hasOwn(wanted, label) ? wanted[label] : undefined
  if (meant === undefined) {
    return `label: ${quote(label)} has no meaning here: write one of ${Object.keys(wanted).join(', ')}`
  }
  return `id: ${id === '' ? `${label} needs one` : `${quote(id)} has no meaning behind ${label}`}: write ${meant}`
}

function checkHint({ label, id }: Pattern): string | undefined {
  return label === refusal && id === ''
    ? `id: ${refusal} needs that of the match it refuses, or *`
    : undefined
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 60))
}
