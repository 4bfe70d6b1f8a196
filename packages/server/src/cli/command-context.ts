/** What a command gets from the process that runs it. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: TerminalOutput
  readonly stderr: TerminalOutput
}

export interface TerminalOutput {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** Ends a command with exit code 1 and this message; `what to do` belongs into it. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
}

export function printLines(context: CommandContext, lines: readonly string[]): void {
  context.stdout.write(`${lines.join('\n')}\n`)
}

/** What scripts read: one JSON value. */
export function printJson(context: CommandContext, value: unknown): void {
  context.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** Colours for people at a terminal, unless NO_COLOR (no-color.org) is set. */
export function wantsColour({ env, stdout }: CommandContext): boolean {
  return stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}
