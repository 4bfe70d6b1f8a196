// What `openCanonicalizer` may be told, and whether it is that: a slip in an option is said, never taken for a default.
import { defaultLimits, type SpacyOptions } from './engine/spacy/spacy-options.ts'
import type { WinkEngineOptions } from './engine/wink/open-wink-engine.ts'
import type { PatternSource } from './patterns/pattern-source.ts'
import type { ReloadOutcome } from './patterns/watch-patterns.ts'

/** What `openCanonicalizer` may be told. */
export interface CanonicalizerOptions {
  /**
   * `auto`, the default: spaCy where it is installed and starts, else wink; and wink for as long as spaCy is away.
   */
  readonly engine?: 'spacy' | 'wink' | 'auto' | undefined
  /**
   * The words of your schema: names of files (JSON lines), such lines themselves, or other sources (`tablePatterns`).
   * Patterns that come first win where two match the same words.
   */
  readonly patterns: string | PatternSource | readonly (string | PatternSource)[]
  /**
   * Whether spans may hold the question. Default: as `createTelemetry` has it, where it was called, also later than this;
   * else by `TELEMETRY_CAPTURE_CONTENT=all`.
   */
  readonly captureContent?: boolean | undefined
  /** How often the sources are looked at, in milliseconds. Default: 5 000. */
  readonly reloadIntervalMs?: number | undefined
  /** Hears of patterns that were swapped, refused or not to be had. What it throws or rejects with is a warning. */
  readonly onReload?: ((outcome: ReloadOutcome) => unknown) | undefined
  readonly spacy?: Omit<SpacyOptions, 'patterns'> | undefined
  readonly wink?: WinkEngineOptions | undefined
}

/** A timer makes 1 ms of what does not fit. */
const maxWhole = 2 ** 31 - 1

/** Throws a TypeError that names the option. Types say the same, but not to JavaScript, nor of a number's size. */
export function checkOptions(options: CanonicalizerOptions): void {
  const {
    engine = 'auto',
    patterns,
    captureContent,
    reloadIntervalMs,
    onReload,
    spacy = {},
    wink = {},
  } = options
  if (!['spacy', 'wink', 'auto'].includes(engine)) {
    throw new TypeError(`engine: ${JSON.stringify(engine)} is none: write "auto", "spacy" or "wink"`)
  }
  if (patterns === undefined || ![patterns].flat().every(isSource)) {
    throw new TypeError('patterns: write the name of a file, JSON lines, a source, or a list of these')
  }
  if (captureContent !== undefined && typeof captureContent !== 'boolean') {
    throw new TypeError('captureContent: write true or false')
  }
  if (onReload !== undefined && typeof onReload !== 'function') {
    throw new TypeError('onReload: write a function')
  }
  checkNumber('reloadIntervalMs', reloadIntervalMs)
  checkNumber('wink.maxWaiting', wink.maxWaiting)
  checkNumber('wink.timeoutMs', wink.timeoutMs)
  for (const [name, value] of Object.entries(spacy.limits ?? {})) {
    if (!Object.hasOwn(defaultLimits, name)) {
      throw new TypeError(
        `spacy.limits.${name}: there is no such limit: ${Object.keys(defaultLimits).join(', ')}`,
      )
    }
    checkNumber(`spacy.limits.${name}`, value)
  }
}

function isSource(given: unknown): boolean {
  if (typeof given === 'string') return given !== ''
  const source = given as Partial<PatternSource> | null | undefined
  return typeof source?.read === 'function' && typeof source.readVersion === 'function'
}

function checkNumber(name: string, value: unknown): void {
  if (value === undefined) return
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= maxWhole) return
  const given = typeof value === 'number' ? String(value) : `a ${typeof value}`
  throw new TypeError(`${name}: ${given} is no whole number from 1 to ${maxWhole}`)
}
