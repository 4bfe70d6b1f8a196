// `holdfast-canonicalizer`: one file a command. Ends with exit code 0, 1 (failed) or 2 (bad usage).
import { BadUsage, type Command } from './command.ts'
import { installSpacyCommand } from './install-spacy-command.ts'
import { patternsCommand } from './patterns-command.ts'

const commands: readonly Command[] = [patternsCommand, installSpacyCommand]

/**
 * Resolves with the exit code.
 * @param args without the program's own name
 * @param say writes a line to stdout
 * @param complain writes a line to stderr
 */
export async function runCommandLine(
  args: readonly string[],
  say: (line: string) => void,
  complain: (line: string) => void,
): Promise<0 | 1 | 2> {
  const [name, ...rest] = args
  if (name === '--help' || name === '-h') {
    say(overview())
    return 0
  }
  const command = commands.find(({ usage }) => usage.split(' ')[0] === name)
  if (command === undefined) {
    complain(name === undefined ? overview() : `there is no command ${name}\n\n${overview()}`)
    return 2
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    say(`holdfast-canonicalizer ${command.usage}\n\n${command.summary}.\n${command.details}`)
    return 0
  }
  try {
    await command.run(rest, say, complain)
    return 0
  } catch (error) {
    complain(`holdfast-canonicalizer: ${error instanceof Error ? error.message : String(error)}`)
    return error instanceof BadUsage ? 2 : 1
  }
}

function overview(): string {
  const lines = commands.map(({ usage, summary }) => `  holdfast-canonicalizer ${usage}\n      ${summary}`)
  return [...lines, '  holdfast-canonicalizer COMMAND --help'].join('\n')
}
