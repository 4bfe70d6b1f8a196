/** One command of `holdfast-canonicalizer`, a file each. */
export interface Command {
  /** Its name and what it takes: `install-spacy [--python PATH]`. */
  readonly usage: string
  readonly summary: string
  /** What `--help` says beyond that. */
  readonly details: string
  /** @param args after the command's name. Throws BadUsage, or any error, which means that it failed */
  readonly run: (args: readonly string[], say: (line: string) => void) => Promise<void>
}

/** Exit code 2 instead of 1. */
export class BadUsage extends Error {
  override readonly name = 'BadUsage'
}
