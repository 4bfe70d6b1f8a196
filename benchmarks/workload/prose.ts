/**
 * English-like text for prompts and answers. Sentences are put together from word lists by a grammar, so that the text
 * compresses as prose does (about 2.5 to 1 by itself) and no two messages are alike.
 */
import type { Random } from './random.ts'

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

const nouns = words(`
  customer order invoice report account payment region product quarter table column database revenue team month question
  answer number supplier warehouse shipment contract market user session request service result query index discount
  category brand store manager employee budget forecast margin cost price currency country city segment campaign channel
  subscription plan trial renewal refund ticket issue incident release version pipeline dataset field record document
  policy agreement summary analysis trend average total share growth decline comparison baseline target threshold window
  period week year day morning deadline schedule project milestone owner reviewer approval audit risk exposure claim
  premium broker portfolio asset fund balance ledger entry transaction transfer fee rate interest loan deposit statement
  device sensor signal reading location route vehicle driver delivery parcel carrier customs tariff quantity inventory
  batch lot expiry recall defect inspection machine line shift operator plant energy consumption emission meter grid
  patient visit clinic treatment dosage trial outcome cohort physician referral appointment diagnosis symptom therapy
  student course lecture exam grade semester campus teacher library article author citation journal chapter paragraph
  network packet server cluster node replica backup latency throughput error timeout retry cache memory disk processor`)
const verbs = words(`
  shows explains compares returns contains needs changes increases reduces lists covers includes excludes updates joins
  filters groups orders counts sums requires supports suggests confirms describes follows replaces affects drives limits
  exceeds matches misses tracks measures reports predicts estimates reaches leaves enters opens closes creates removes
  approves rejects delays ships receives stores moves handles checks verifies computes reads writes keeps drops splits`)
const adjectives = words(`
  new active last first current previous monthly annual regional total average open closed overdue pending large small
  high low recent early late main final initial likely missing duplicate unusual steady seasonal domestic foreign online
  direct net gross fiscal public private internal external strong weak stable volatile expensive cheap frequent rare
  complete partial valid invalid primary secondary local remote relevant similar different important minor major`)
const adverbs = words(`
  usually often rarely slowly quickly only mostly nearly exactly roughly again already still clearly probably always
  never simply directly together separately recently finally generally`)
const joints = words(
  `in on for of with by from over under during after before between across within without against per`,
)
const openings = [
  'Please',
  'First,',
  'However,',
  'In that case',
  'As far as I can see',
  'To answer this,',
  'Note that',
  'Since last year',
  'For example,',
  'I would say that',
  'Could you tell me whether',
  'According to the data,',
  'On the other hand,',
  'So',
] as const

/** One sentence of 6 to 24 words. */
export function writeSentence(random: Random): string {
  let sentence = random.chance(0.4) ? `${random.pick(openings)} the ` : 'The '
  sentence += writeNounPhrase(random)
  if (random.chance(0.3)) sentence += ` ${random.pickSkewed(adverbs)}`
  sentence += ` ${random.pickSkewed(verbs)} the ${writeNounPhrase(random)}`
  for (let clauses = random.between(0, 2); clauses > 0; clauses--) {
    sentence += ` ${random.pickSkewed(joints)} ${random.chance(0.5) ? 'the ' : ''}${writeNounPhrase(random)}`
  }
  if (random.chance(0.25))
    sentence += `, and it ${random.pickSkewed(verbs)} ${random.between(2, 4800)} ${random.pick(nouns)}s`
  return `${sentence}${random.chance(0.15) ? '?' : '.'}`
}

/** Whole sentences, at least one, until the text has about `characters`. */
export function writeText(random: Random, characters: number): string {
  let text = writeSentence(random)
  while (text.length < characters) text += (random.chance(0.12) ? '\n\n' : ' ') + writeSentence(random)
  return text
}

export function pickNoun(random: Random): string {
  return random.pickSkewed(nouns)
}

function writeNounPhrase(random: Random): string {
  return random.chance(0.45)
    ? `${random.pickSkewed(adjectives)} ${random.pickSkewed(nouns)}`
    : random.pickSkewed(nouns)
}
