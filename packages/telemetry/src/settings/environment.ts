// Reads variables by the rules of the OpenTelemetry specification ("Environment Variable Specification"): empty is
// unset; a bad value is warned of, and the default counts.
import { settingsTable, type SettingName } from './settings-table.ts'

const defaults: ReadonlyMap<string, string> = new Map(settingsTable.map((row) => [row.name, row.default]))

/** The variables, and what was wrong with them so far. */
export class Environment {
  #env: Readonly<Record<string, string | undefined>>
  #mistakes: string[] = []

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env
  }

  /** Sentences about bad values, without the values themselves (a header may be a secret). */
  get mistakes(): readonly string[] {
    return this.#mistakes
  }

  /** Trimmed; undefined when unset or empty. */
  text(name: SettingName): string | undefined {
    const value = this.#env[name]?.trim()
    return value === undefined || value === '' ? undefined : value
  }

  /** A whole number, at least `min`; otherwise the table's default. */
  integer(name: SettingName, min = 0): number {
    return this.integerIfSet(name, min) ?? Number(defaults.get(name))
  }

  integerIfSet(name: SettingName, min = 0): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (Number.isSafeInteger(value) && value >= min) return value
    this.mistake(name, `is not a whole number of at least ${min}`)
    return undefined
  }

  /** A number between 0 and 1; otherwise the table's default. */
  share(name: SettingName): number {
    const text = this.text(name)
    const fallback = Number(defaults.get(name))
    if (text === undefined) return fallback
    const value = Number(text)
    if (value >= 0 && value <= 1) return value
    this.mistake(name, 'is not a number from 0 to 1')
    return fallback
  }

  /** One of the words, in any case; undefined when unset or none of them. */
  word<const Word extends string>(name: SettingName, words: readonly Word[]): Word | undefined {
    const text = this.text(name)?.toLowerCase()
    if (text === undefined) return undefined
    const found = words.find((word) => word.toLowerCase() === text)
    if (found === undefined) this.mistake(name, `is none of ${words.join(', ')}`)
    return found
  }

  /** Only `true`, in any case, is true ("Boolean"). */
  flag(name: SettingName): boolean {
    return this.word(name, ['true', 'false']) === 'true'
  }

  /** `on`, `off` (also true and false); on unless told. */
  isOn(name: SettingName): boolean {
    const word = this.word(name, ['on', 'off', 'true', 'false'])
    return word !== 'off' && word !== 'false'
  }

  /** `key=value,key=value`, percent-decoded; a mistake in one pair discards all of them, as the specification says. */
  pairs(name: SettingName): Record<string, string> {
    const pairs: Record<string, string> = {}
    try {
      for (const part of (this.text(name) ?? '').split(',')) {
        if (part.trim() === '') continue
        const at = part.indexOf('=')
        const key = decodeURIComponent(part.slice(0, Math.max(at, 0)).trim())
        if (key === '') throw new Error('a pair without a key')
        pairs[key] = decodeURIComponent(part.slice(at + 1).trim())
      }
      return pairs
    } catch (error) {
      // The message of a decoding error does not quote the text.
      this.mistake(name, `is not key=value,key=value, percent-encoded (${(error as Error).message})`)
      return {}
    }
  }

  /** A sentence about what is wrong apart from a value. */
  note(sentence: string): void {
    this.#mistakes.push(sentence)
  }

  mistake(name: SettingName, what: string): void {
    const fallback = defaults.get(name)
    this.#mistakes.push(`${name} ${what}; the default counts: ${fallback}`)
  }
}
