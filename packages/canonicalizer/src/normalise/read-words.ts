// From characters to words: NFKC, lower case, quotes and dashes of one kind; and of every word where it stood. Linear.

/** A word of the normalised text. */
export interface Word {
  readonly text: string
  /** Where it stood, in UTF-16 units of the text as it was given, the end exclusive. */
  readonly start: number
  readonly end: number
  /** Punctuation stood between the word before and this one. */
  readonly breakBefore: boolean
  /** A plural was made singular. */
  readonly isPlural: boolean
  /** In capitals among words that are not: "US customers", "group A". Then it is no "us" and no "a". */
  readonly isCapitals: boolean
  /** A hyphen alone stands between the word before and this one: "in-active" is not "in active". */
  readonly isJoined: boolean
  /** Which pair of quotation marks it stands in, from 1; 0 for none. */
  readonly quote: number
}

const letter = '[\\p{L}\\p{M}\\p{N}]'
/** In order: dates; numbers and what hangs on them; U.S.; PG-13; words; operators; what else there is, one by one. */
const wordShape = new RegExp(
  [
    String.raw`(?<date>\d{4}-(?:\d{2}-\d{2}|\d{2}|q[1-4])(?![\p{L}\d-])|\d{4}/\d{1,2}/\d{1,2}(?![\p{L}\d/])|\d{1,2}/\d{1,2}/\d{2,4}(?![\p{L}\d/]))`,
    String.raw`(?<number>(?<![\p{L}\p{N}-])-(?=\d)|(?<![\p{L}\p{N}])\.(?=\d))?(?<digits>\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)*|\d+(?:,\d+)+|\d+(?:\.\d+)*)(?<tail>(?:'?${letter})*)`,
    String.raw`(?<acronym>(?<!${letter})\p{L}(?:\.\p{L})+(?!${letter})\.?)`,
    String.raw`(?<code>(?<!${letter})\p{L}{1,3}-\d+(?!${letter}))`,
    String.raw`(?<word>${letter}+(?:'${letter}+)*)`,
    String.raw`(?<range>(?<=\d)-(?=\d))`,
    String.raw`(?<operator>>=|<=|!=|<>|[<>=≥≤≠])`,
    String.raw`(?<currency>[$€£¥])`,
    String.raw`(?<minus>-(?=\s+\d|[$€£¥]))`,
    // As people tell search engines what they do not want: "films -horror".
    String.raw`(?<unwanted>(?<=^|\s)[-!](?=\p{L}))`,
    String.raw`(?<dropped>[\s_'"\-]|(?<=(?<!${letter})(?:avg|max|min|vs|approx))\.(?=\s+${letter}))`,
    String.raw`(?<break>[.,;:!?()[\]{}«»…¿¡])`,
    String.raw`(?<symbol>.)`,
  ].join('|'),
  'gsu',
)

const operatorWords: Readonly<Record<string, string>> = { '≥': '>=', '≤': '<=', '≠': '!=', '<>': '!=' }
const symbolWords: Readonly<Record<string, string>> = {
  '&': 'and',
  '%': 'percent',
  $: 'dollar',
  '€': 'euro',
  '£': 'pound',
  '¥': 'yen',
}

export function readWords(text: string): Word[] {
  const flat = flatten(text)
  const words: Word[] = []
  const quotes = [...flat.text.matchAll(quoted)].map(
    ({ 0: { length }, index }) => [index, index + length] as const,
  )
  let quote = 0
  const isShouted = !/\p{Ll}/u.test(text)
  let breakBefore = false
  /** A currency's sign stands before its number, its name after it: "$5" is "5 dollar". */
  let currency: Word | undefined
  const add = (word: string, start: number, end: number): void => {
    const place = { start: flat.from[start] ?? 0, end: flat.to[end - 1] ?? 0 }
    const isFirst = words.length === 0 || breakBefore
    const typed = text.slice(place.start, place.end)
    while (start >= (quotes[quote]?.[1] ?? Infinity)) quote += 1
    const [quoteStart = Infinity, quoteEnd = 0] = quotes[quote] ?? []
    words.push({
      text: word,
      ...place,
      breakBefore,
      isPlural: false,
      // The first word of a sentence has a capital anyway.
      isCapitals: !isShouted && capitals.test(typed) && !(isFirst && [...typed].length === 1),
      isJoined:
        !isFirst &&
        words.at(-1)?.end !== place.start &&
        joint.test(flat.text.slice(Math.max(0, start - 2), start)),
      quote: quoteStart <= start && end <= quoteEnd ? quote + 1 : 0,
    })
    breakBefore = false
  }
  for (const { 0: found, index, groups = {} } of flat.text.matchAll(wordShape)) {
    const end = index + found.length
    if (groups['dropped'] !== undefined) continue
    if (groups['digits'] === undefined && currency !== undefined) {
      words.push(currency)
      currency = undefined
    }
    if (groups['break'] !== undefined) breakBefore = words.length > 0
    else if (groups['currency'] !== undefined) {
      add(symbolWords[found] ?? found, index, end)
      currency = words.pop()
    } else if (groups['range'] !== undefined) add('to', index, end)
    else if (groups['digits'] !== undefined) {
      const before = groups['number'] === '.' ? '0.' : (groups['number'] ?? '')
      // 1,5 may be one and a half, or two numbers: it stays what nobody knows.
      const digits = thousands.test(groups['digits'])
        ? groups['digits'].replaceAll(',', '')
        : groups['digits']
      add(before + digits + (groups['tail'] ?? ''), index, end)
      if (currency !== undefined) {
        words.push({ ...currency, breakBefore: false })
        currency = undefined
      }
    } else if (groups['acronym'] !== undefined) add(found.replaceAll('.', ''), index, end)
    else if (groups['code'] !== undefined) add(found.replace('-', ''), index, end)
    else if (groups['minus'] !== undefined) add('minus', index, end)
    else if (groups['unwanted'] !== undefined) add('not', index, end)
    else if (groups['operator'] !== undefined) add(operatorWords[found] ?? found, index, end)
    else if (groups['symbol'] !== undefined) add(symbolWords[found] ?? found, index, end)
    else add(found, index, end)
  }
  if (currency !== undefined) words.push(currency)
  return words
}

/** 10,000 and 10,000.5. */
const thousands = /^\d{1,3}(?:,\d{3})+(?:\.\d+)*$/
/** What stands before a word that hangs on the one before. */
const joint = /[^\s\-_][-_]$/
/** Without "I", which is always one. */
const capitals = /^(?!I$)\p{Lu}(?:\.?\p{Lu})*\.?$/u
/** A mark behind a letter or a number is an apostrophe, or inches. */
const quoted = /(?<![\p{L}\p{N}])(?:"[^"]+"|'(?=[^\s'])[^']*[^\s']'(?![\p{L}\p{N}]))|«[^«»]+»/gu

interface FlatText {
  readonly text: string
  /** Of each UTF-16 unit of `text`, where in the original the character began that it comes from, and where that ended. */
  readonly from: readonly number[]
  readonly to: readonly number[]
}

/** Not the tags that tell the flags of England and Scotland apart. */
const ignorable = /(?![\u{e0020}-\u{e007f}])[\p{Cf}\p{Cc}\u{fe00}-\u{fe0f}]/u
const whiteSpace = /\s/
/** ½, ², ①: NFKC would put their digits beside others, and make 11/2 of 1½ and 52 of 5². */
const otherNumber = /\p{No}/u
const mark = /\p{M}/u
const apostrophe = /[‘’‛ʼʹ′`´＇]/gu
const doubleQuote = /[“”„‟″]/gu
const dash = /\p{Pd}|−/gu

/** Character by character, a character with its combining marks at a time, so that each keeps its place. */
function flatten(text: string): FlatText {
  const parts: string[] = []
  const from: number[] = []
  const to: number[] = []
  let cluster = ''
  let clusterStart = 0
  let clusterEnd = 0
  const flush = (): void => {
    const plain = makePlain(cluster)
    parts.push(plain)
    for (let unit = 0; unit < plain.length; unit += 1) {
      from.push(clusterStart)
      to.push(clusterEnd)
    }
    cluster = ''
  }
  let offset = 0
  for (const character of text) {
    const end = offset + character.length
    if (!ignorable.test(character) || whiteSpace.test(character)) {
      if (cluster !== '' && !mark.test(character)) flush()
      if (cluster === '') clusterStart = offset
      cluster += character
      clusterEnd = end
    }
    offset = end
  }
  flush()
  return { text: parts.join(''), from, to }
}

function makePlain(cluster: string): string {
  // Signs before NFKC, which makes a space and a mark of an acute accent that stands for an apostrophe; and after it,
  // for it makes three primes of one.
  if (otherNumber.test(cluster)) return cluster
  const plain = unifySigns(cluster).normalize('NFKC').toLowerCase().normalize('NFKC')
  return unifySigns(plain).toWellFormed()
}

function unifySigns(text: string): string {
  return text.replace(apostrophe, "'").replace(doubleQuote, '"').replace(dash, '-')
}
