// What spaCy's English vocabulary says of a word by its letters alone, said here of the same word: the attributes of the
// stated subset. Compared with spaCy's own answers by e2e/canonicalizer/matcher.test.ts.

export interface WordAttributes {
  readonly text: string
  readonly lower: string
  /** `Xxxx`, `dd`, `xxd`: of runs of one kind the first four. */
  readonly shape: string
  /** In characters, as Python counts them, not in UTF-16 units. */
  readonly length: number
  readonly isDigit: boolean
  readonly likeNum: boolean
  readonly isPunct: boolean
}

/** Python's str.isdigit: decimal digits of any script, and those that are digits but make no numbers, such as ². */
const digit =
  '\\p{Nd}\\u{b2}\\u{b3}\\u{b9}\\u{1369}-\\u{1371}\\u{19da}\\u{2070}\\u{2074}-\\u{2079}\\u{2080}-\\u{2089}\\u{2460}-\\u{2468}\\u{2474}-\\u{247c}\\u{2488}-\\u{2490}' +
  '\\u{24ea}\\u{24f5}-\\u{24fd}\\u{24ff}\\u{2776}-\\u{277e}\\u{2780}-\\u{2788}\\u{278a}-\\u{2792}\\u{10a40}-\\u{10a43}\\u{10e60}-\\u{10e68}\\u{11052}-\\u{1105a}\\u{1f100}-\\u{1f10a}'
const allDigits = new RegExp(`^[${digit}]+$`, 'u')
const oneDigit = new RegExp(`[${digit}]`, 'u')

/** Longer words have the shape LONG. */
const maxShapeChars = 100
const sameInShape = 4

const numberWords = new Set(
  (
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ' +
    'eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion ' +
    'quadrillion quintillion sextillion septillion octillion nonillion decillion gajillion bazillion ' +
    'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth ' +
    'sixteenth seventeenth eighteenth nineteenth twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ' +
    'ninetieth hundredth thousandth millionth billionth trillionth quadrillionth quintillionth sextillionth ' +
    'septillionth octillionth nonillionth decillionth gajillionth bazillionth'
  ).split(' '),
)

export function readWord(text: string): WordAttributes {
  const characters = [...text]
  return {
    text,
    lower: text.toLowerCase(),
    shape: readShape(characters),
    length: characters.length,
    isDigit: allDigits.test(text),
    likeNum: isLikeNumber(text),
    isPunct: /^\p{P}+$/u.test(text),
  }
}

function readShape(characters: readonly string[]): string {
  if (characters.length >= maxShapeChars) return 'LONG'
  let shape = ''
  let last = ''
  let repeats = 0
  for (const character of characters) {
    const kind = shapeOf(character)
    repeats = kind === last ? repeats + 1 : 1
    last = kind
    if (repeats <= sameInShape) shape += kind
  }
  return shape
}

function shapeOf(character: string): string {
  if (/\p{L}/u.test(character)) return /\p{Uppercase}/u.test(character) ? 'X' : 'x'
  return oneDigit.test(character) ? 'd' : character
}

/** Numbers, fractions, number words and ordinals; a sign before, and points and commas anywhere. */
function isLikeNumber(text: string): boolean {
  const bare = text.replace(/^[+\-±~]/, '').replace(/[,.]/g, '')
  if (allDigits.test(bare)) return true
  const parts = bare.split('/')
  if (parts.length === 2 && parts.every((part) => allDigits.test(part))) return true
  const lower = bare.toLowerCase()
  return numberWords.has(lower) || (/(?:st|nd|rd|th)$/.test(lower) && allDigits.test(lower.slice(0, -2)))
}
