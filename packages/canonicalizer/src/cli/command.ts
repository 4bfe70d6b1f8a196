/** One command of `holdfast-canonicalizer`, a file each. */
export interface Command {
  /** Its name and what it takes: `install-spacy [--python PATH]`. */
  readonly usage: string
  readonly summary: string
  /** What `--help` says beyond that. */
  readonly details: string
  /**
   * Throws BadUsage, or any error, which means that it failed.
   * @param args after the command's name
   * @param say writes a line to stdout
   * @param complain writes a line to stderr
   */
  readonly run: (
    args: readonly string[],
    say: (line: string) => void,
    complain: (line: string) => void,
  ) => Promise<void>
}

/** Exit code 2 instead of 1. */
export class BadUsage extends Error {
  override readonly name = 'BadUsage'
}
