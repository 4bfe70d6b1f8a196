// OP, as spaCy's Matcher expands it: into steps of which each takes one token, at most one, any number, or one that is
// not like this.

export type Step = 'one' | 'not' | 'optional' | 'any-number'

const simple: Readonly<Record<string, readonly Step[]>> = {
  '!': ['not'],
  '?': ['optional'],
  '*': ['any-number'],
  '+': ['one', 'any-number'],
}

/** Most steps of a pattern after this; a bit each in an engine. */
export const maxSteps = 30

/** The steps of one token with this operator; without one, `one`. A text instead when there is no such operator. */
export function expandOperator(operator: unknown): readonly Step[] | string {
  if (operator === undefined) return ['one']
  const known = typeof operator === 'string' && Object.hasOwn(simple, operator) ? simple[operator] : undefined
  if (known !== undefined) return known
  const range = typeof operator === 'string' ? /^\{(\d{0,4})(,?)(\d{0,4})\}$/.exec(operator) : null
  const [, from = '', comma = '', to = ''] = range ?? []
  if (range === null || (from === '' && to === '')) {
    return `OP is ${JSON.stringify(operator)}; write "!", "?", "+", "*", "{n}", "{n,}", "{,m}" or "{n,m}"`
  }
  const least = Number(from)
  const most = comma === '' ? least : to === '' ? Infinity : Number(to)
  if (most === 0) return `OP ${range[0]} matches nothing: leave the token out`
  if (least > most) return `OP ${range[0]}: the first number is the smaller one`
  if ((most === Infinity ? least : most) > maxSteps) {
    return `OP ${range[0]} goes over ${maxSteps} tokens, which is the most of a pattern`
  }
  return [
    ...Array.from({ length: least }, () => 'one' as const),
    ...(most === Infinity
      ? ['any-number' as const]
      : Array.from({ length: most - least }, () => 'optional' as const)),
  ]
}
