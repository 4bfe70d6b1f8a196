// What was not understood. Precision comes from here: a word that no constraint stands for goes into the fingerprint, in
// its place among the constraints, so that it can cost a shared key but never make a wrong one.
import { encode, isAskedFor, type Item } from './item.ts'
import { shape } from './rule.ts'

/** Words that say nothing more once their neighbours are understood: "number *of* films", "customers *in* Canada". */
const light: readonly RegExp[] = [
  shape('o(?= [E3A126])'),
  shape('(?<!1 )o(?= [45])'),
  shape('i(?= [256])'),
  shape('(?<=[E3A12] (?:[&!W] )*)i(?= 1)'),
  shape('(?<=[E1] )f(?= 1)'),
  shape('w(?= [125])'),
  shape('(?<=6 )w(?= $)'),
  shape('(?<=E )b(?= 1)'),
  shape('(?<=5 E )l(?= $)'),
  shape('(?<=3.*)r(?= [16])'),
  shape('(?<=3.*)f(?= [16])'),
  shape('(?<=3.*)r(?= E)'),
  shape('(?<=[123456] (?:, )?)[&!](?= (?:[wifoW] )?[123456])'),
  shape('(?<=A )&(?= A)'),
  shape('(?<=[E312] (?:[&!] )?)W(?= [125])'),
  shape('-|~|,'),
]

export interface Residue {
  /** The question with what is not understood, in order; empty when all is. Items that stand for nothing are left out. */
  readonly items: readonly Item[]
  /** Those of them that nothing was made of. */
  readonly unknown: readonly Item[]
}

/**
 * One entity is what the question is about, and its constraints may stand anywhere. Of several, who does what to whom is
 * said by the order and the words between them, so then all of it is kept.
 */
export function findResidue(items: readonly Item[]): Residue {
  const kinds = encode(items)
  const isLight = new Set(light.flatMap((one) => [...kinds.matchAll(one)].map(({ index }) => index)))
  const isUnknown = (item: Item, index: number): boolean =>
    (!isLight.has(index) || comesFrom(items, index)) &&
    item.constraint === undefined &&
    item.kind !== 'E' &&
    !isAskedFor(item)
  const unknown = items.filter(isUnknown)
  const free = new Set(items.filter(({ kind }) => kind === 'E').map(({ id }) => id))
  if (unknown.length === 0 && free.size < 2 && !dependsOnOrder(items, kinds)) return { items: [], unknown }
  return { items: items.filter(({ kind }) => !'~,'.includes(kind)), unknown }
}

/** "Revenue from Canada" came from there; it need not be the revenue in Canada, as customers from Canada are those in Canada. */
function comesFrom(items: readonly Item[], index: number): boolean {
  const before = items.slice(0, index).findLast(({ kind }) => !'~-1'.includes(kind))?.constraint
  return items[index]?.kind === 'f' && before?.kind === 'metric' && before.aggregation !== 'COUNT'
}

/** Whether what belongs together is said by the order alone: "PG films over 2 hours and R films under 2 hours". */
function dependsOnOrder(items: readonly Item[], kinds: string): boolean {
  const bare = kinds.replace(/[~-]/g, '')
  const isTwice = /4.*4|5.*5|2.*2/.test(bare)
  const heads = items.flatMap(({ kind, id, constraint }) =>
    kind === 'E' ? [id] : constraint?.kind === 'metric' ? [constraint.of] : [],
  )
  // "the average length and the revenue of PG films" has one list of metrics, "… of PG films, the revenue" two.
  const metrics = bare.replace(/3(?:[,&]*3)+/g, '3')
  // "the average length of the 10 longest films": of those ten; "the 10 longest films and the average length" is not.
  const isOfSome = /3/.test(metrics) && /[45]/.test(metrics)
  // "orders shipped in 2004 and returned": which of the two was in 2004?
  const isTimeOfFilter =
    /1i?2/.test(bare) && items.some(isTimeOfAnything) && items.filter(isValueFilter).length > 1
  const isListed = new Set(heads).size < heads.length || /3.*3/.test(metrics)
  return isTwice || isListed || isOfSome || isTimeOfFilter || isSaidInTwoPlaces(items)
}

/** "Laptops under 500 and phones under 300"; not "laptops and phones under 500", where one list has both. */
function isSaidInTwoPlaces(items: readonly Item[]): boolean {
  const places = items
    .filter(({ kind }) => !'~-,&'.includes(kind))
    .map(({ constraint }) =>
      constraint?.kind === 'filter' && constraint.operator !== '!='
        ? `${constraint.attribute}${constraint.operator}`
        : '',
    )
  return places.some((place, index) => {
    const next = places.indexOf(place, index + 1)
    return place !== '' && next > index + 1
  })
}

function isTimeOfAnything({ constraint }: Item): boolean {
  return constraint?.kind === 'time' && constraint.attribute === undefined
}

function isValueFilter({ constraint }: Item): boolean {
  return constraint?.kind === 'filter' && !constraint.isLiteral
}
