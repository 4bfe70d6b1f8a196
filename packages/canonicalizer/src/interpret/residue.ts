// What was not understood. Precision comes from here: a word that no constraint stands for goes into the fingerprint, in
// its place among the constraints, so that it can cost a shared key but never make a wrong one.
import { encode, type Item } from './item.ts'
import { shape } from './rule.ts'

/** Words that say nothing more once their neighbours are understood: "number *of* films", "customers *in* Canada". */
const light: readonly RegExp[] = [
  shape('o(?= [E3A12456])'),
  shape('i(?= [1256])'),
  shape('(?<=[E3A12] )f(?= 1)'),
  shape('w(?= [125])'),
  shape('(?<=6 )w(?= $)'),
  shape('(?<=[E3] )b(?= 1)'),
  shape('(?<=5 E )l(?= $)'),
  shape('(?<=3.*)[rf](?= [E16])'),
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
export function findResidue(items: readonly Item[], hasSeveralEntities: boolean): Residue {
  const kinds = encode(items)
  const isLight = new Set(light.flatMap((one) => [...kinds.matchAll(one)].map(({ index }) => index)))
  const isUnknown = (item: Item, index: number): boolean =>
    !isLight.has(index) && item.constraint === undefined && !'EA'.includes(item.kind)
  const unknown = items.filter(isUnknown)
  const free = new Set(items.filter(({ kind }) => kind === 'E').map(({ id }) => id))
  const isTwice = /4.*4|5.*5/.test(kinds)
  if (unknown.length === 0 && free.size < 2 && !isTwice) return { items: [], unknown }
  const kept = items.filter((item, index) =>
    hasSeveralEntities ? !'~,'.includes(item.kind) : !isLight.has(index),
  )
  return { items: kept, unknown }
}
