// The regular expressions that Python's re and JavaScript read alike, and that cannot take long in either.
//
//   literals · `.` · \d \w \s \b and \D \W \S · [a-z], [^0-9_] · ( ) and (?: ) · | · ? * + {n} {n,} {n,m}, also lazy ·
//   ^ and $ · a backslash before punctuation
//
// Refused: look-around, back references, flags, named and atomic groups, possessive repetition, \A, \Z, \B, \p, a repetition
// of what repeats or has alternatives (it may take exponential time), and more ways to match than `maxWays`.
// \d, \w and \b mean Unicode's digits and letters, as in Python: JavaScript's own are those of ASCII, so the source that
// comes out is not the one that went in.

export type RegexReading =
  | { readonly ok: true; /** For `new RegExp(source, 'u')`. */ readonly source: string }
  | { readonly ok: false; readonly message: string }

const maxRegexChars = 500
const maxNesting = 10
/** Of `{n,m}`. */
const maxTimes = 60
/**
 * What an open-ended repetition counts as: the longest word an engine sees. Two of them are allowed, and some `?`
 * besides: some 80 000 tries of a hostile word, 30 ms in Python.
 */
const openWays = 200
const maxWays = 100_000

const letter = '\\p{L}\\p{N}_'
const space = '\\s\\x1c-\\x1f\\x85'
const classes: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  w: letter,
  s: space,
}
const escapes: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  w: `[${letter}]`,
  W: `[^${letter}]`,
  s: `[${space}]`,
  S: `[^${space}]`,
}
/** `\b`. Not `\B`, which V8 also finds in the middle of a character of two units. */
const border = `(?:(?<=[${letter}])(?![${letter}])|(?<![${letter}])(?=[${letter}]))`

/** A piece that was read: its JavaScript, how many ways it can match, and whether it can match nothing. */
interface Piece {
  readonly source: string
  readonly ways: number
  readonly canBeEmpty: boolean
  /** Always the same number of characters, without alternatives. */
  readonly isPlain: boolean
}

export function readRegex(pattern: string): RegexReading {
  if (pattern === '') return { ok: false, message: 'an empty REGEX matches every word' }
  if (pattern.length > maxRegexChars) {
    return { ok: false, message: `a REGEX of ${pattern.length} characters: ${maxRegexChars} is the most` }
  }
  try {
    const piece = new RegexReader(pattern).readAll()
    if (piece.ways > maxWays) {
      throw new Refused('too many repetitions, options and alternatives: it could take too long')
    }
    new RegExp(piece.source, 'u') // whatever is left, for instance a class in the wrong order
    return { ok: true, source: piece.source }
  } catch (error) {
    if (!(error instanceof Refused) && !(error instanceof SyntaxError)) throw error
    return { ok: false, message: `REGEX ${JSON.stringify(pattern)}: ${error.message}` }
  }
}

class Refused extends Error {}

class RegexReader {
  private readonly chars: readonly string[]
  private at = 0
  private depth = 0

  constructor(pattern: string) {
    this.chars = [...pattern]
  }

  readAll(): Piece {
    const piece = this.readAlternatives()
    if (this.at < this.chars.length) throw new Refused('a ) without its (')
    return piece
  }

  private readAlternatives(): Piece {
    const alternatives = [this.readSequence()]
    while (this.take('|')) alternatives.push(this.readSequence())
    if (alternatives.length === 1 && alternatives[0] !== undefined) return alternatives[0]
    return {
      source: alternatives.map(({ source }) => source).join('|'),
      ways: alternatives.reduce((sum, { ways }) => sum + ways, 0),
      canBeEmpty: alternatives.some(({ canBeEmpty }) => canBeEmpty),
      isPlain: false,
    }
  }

  private readSequence(): Piece {
    let sequence: Piece = { source: '', ways: 1, canBeEmpty: true, isPlain: true }
    for (;;) {
      const next = this.chars[this.at]
      if (next === undefined || next === '|' || next === ')') return sequence
      const piece = this.readRepetition(this.readTerm())
      sequence = {
        source: sequence.source + piece.source,
        ways: sequence.ways * piece.ways,
        canBeEmpty: sequence.canBeEmpty && piece.canBeEmpty,
        isPlain: sequence.isPlain && piece.isPlain,
      }
    }
  }

  private readTerm(): Piece {
    const char = this.chars[this.at++] ?? ''
    if (char === '^' || char === '$') return width0(char)
    if (char === '.') return width1('[^\\n]')
    if (char === '(') return this.readGroup()
    if (char === '[') return width1(this.readClass())
    if (char === '\\') return this.readEscape()
    if ('*+?'.includes(char)) throw new Refused(`nothing stands before ${char}`)
    if ('{}]'.includes(char)) throw new Refused(`write \\${char} for the character itself`)
    return width1(literal(char))
  }

  private readEscape(): Piece {
    const char = this.chars[this.at++]
    if (char === undefined) throw new Refused('a \\ at the end')
    if (char === 'b') return width0(border)
    const known = escapes[char]
    if (known !== undefined) return width1(known)
    if (!/[!-/:-@[-`{-~]/.test(char)) {
      throw new Refused(`\\${char} is not one that Python and JavaScript read alike`)
    }
    return width1(literal(char))
  }

  private readGroup(): Piece {
    if (this.take('?') && !this.take(':')) {
      throw new Refused('of the groups with (? only (?: ) is read alike by Python and JavaScript')
    }
    this.depth += 1
    if (this.depth > maxNesting) throw new Refused(`groups ${this.depth} deep: ${maxNesting} is the most`)
    const inner = this.readAlternatives()
    if (!this.take(')')) throw new Refused('a ( without its )')
    this.depth -= 1
    return { ...inner, source: `(?:${inner.source})` }
  }

  private readClass(): string {
    const isNegated = this.take('^')
    let items = ''
    for (let isFirst = true; ; isFirst = false) {
      const char = this.chars[this.at++]
      if (char === undefined) throw new Refused('a [ without its ]')
      if (char === ']') {
        if (isFirst) throw new Refused('an empty class, or write \\] for the character itself')
        return `[${isNegated ? '^' : ''}${items}]`
      }
      items += this.readClassItem(char, isFirst)
    }
  }

  private readClassItem(char: string, isFirst: boolean): string {
    if (char === '-' && !isFirst && this.chars[this.at] !== ']') {
      throw new Refused('in a class write \\- for the character itself')
    }
    const from = char === '\\' ? this.readClassEscape() : this.readClassLiteral(char)
    if (this.chars[this.at] !== '-' || this.chars[this.at + 1] === ']') return from
    this.at += 1
    const next = this.chars[this.at++]
    if (next === undefined) throw new Refused('a [ without its ]')
    const to = next === '\\' ? this.readClassEscape() : this.readClassLiteral(next)
    if (from.startsWith('\\p') || to.startsWith('\\p') || from.includes('\\s') || to.includes('\\s')) {
      throw new Refused('a range in a class goes from one character to another')
    }
    return `${from}-${to}`
  }

  private readClassLiteral(char: string): string {
    if (char === '[') throw new Refused('in a class write \\[ for the character itself')
    if ('&|~'.includes(char) && this.chars[this.at] === char) {
      throw new Refused(`${char}${char} in a class is not read alike by Python and JavaScript`)
    }
    return literal(char)
  }

  private readClassEscape(): string {
    const char = this.chars[this.at++] ?? ''
    const known = classes[char]
    if (known !== undefined) return known
    if (!/^[!-/:-@[-`{-~]$/.test(char)) {
      throw new Refused(`\\${char} in a class is not one that Python and JavaScript read alike`)
    }
    return literal(char)
  }

  private readRepetition(piece: Piece): Piece {
    const range = this.readRange()
    if (range === undefined) return piece
    const [least, most] = range
    if (this.chars[this.at] === '+') throw new Refused('possessive repetition is Python only')
    const lazy = this.take('?') ? '?' : ''
    if ('*+?{'.includes(this.chars[this.at] ?? ' ')) throw new Refused('a repetition of a repetition')
    if (piece.canBeEmpty) throw new Refused('a repetition of what may be empty')
    if (most > 1 && !piece.isPlain) {
      throw new Refused('a repeated group may hold no alternatives and no repetition: it could take too long')
    }
    const bounds = most === Infinity ? `{${least},}` : `{${least},${most}}`
    const choices = most === Infinity ? openWays : most - least + 1
    return {
      source: `${piece.source}${bounds}${lazy}`,
      ways: most === 1 && least === 0 ? piece.ways + 1 : choices * piece.ways,
      canBeEmpty: least === 0,
      isPlain: piece.isPlain && least === most,
    }
  }

  private readRange(): readonly [number, number] | undefined {
    if (this.take('*')) return [0, Infinity]
    if (this.take('+')) return [1, Infinity]
    if (this.take('?')) return [0, 1]
    if (this.chars[this.at] !== '{') return undefined
    const text = /^\{(\d{1,4})(?:(,)(\d{0,4}))?\}/.exec(this.chars.slice(this.at, this.at + 12).join(''))
    const [all, from, comma, to] = text ?? []
    if (all === undefined || from === undefined) throw new Refused('write {n}, {n,} or {n,m}')
    this.at += all.length
    const least = Number(from)
    const most = comma === undefined ? least : to === '' ? Infinity : Number(to)
    if (least > most) throw new Refused(`${all}: the first number is the smaller one`)
    if (most === 0) throw new Refused(`${all} repeats nothing`)
    if (most !== Infinity && most > maxTimes) throw new Refused(`${all}: at most ${maxTimes}, or {n,}`)
    return [least, most]
  }

  private take(char: string): boolean {
    if (this.chars[this.at] !== char) return false
    this.at += 1
    return true
  }
}

function width0(source: string): Piece {
  return { source, ways: 1, canBeEmpty: true, isPlain: true }
}

function width1(source: string): Piece {
  return { source, ways: 1, canBeEmpty: false, isPlain: true }
}

function literal(char: string): string {
  return /^[\^$\\.*+?()[\]{}|/-]$/.test(char) ? `\\x${char.charCodeAt(0).toString(16)}` : char
}
