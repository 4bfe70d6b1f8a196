/**
 * The command line: one file a command, all of them made here. Ends with exit code 0, 1 (failed) or 2 (bad usage, which
 * includes settings that cannot be read). Commands that read ask a running server over its Query API.
 */
import { Command, CommanderError } from 'commander'
import { ConfigError } from '../config.ts'
import { serverVersion } from '../server-version.ts'
import { CommandFailure, type CommandContext } from './command-context.ts'
import { doctorCommand } from './doctor.ts'
import { migrateCommand } from './migrate.ts'
import { queueCommand } from './queue.ts'
import { startCommand } from './start.ts'
import { statusCommand } from './status.ts'
import { neutralise } from './terminal-text.ts'
import { traceCommand } from './trace.ts'

export type ExitCode = 0 | 1 | 2

/** @param args without the program's own name; none at all means `start` */
export async function runCommandLine(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  try {
    await buildProgram(context).parseAsync(args.length === 0 ? ['start'] : [...args], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2 // commander has said what is wrong
    context.stderr.write(`holdfast: ${describe(error)}\n`)
    return error instanceof ConfigError ? 2 : 1
  }
}

const commands = [startCommand, migrateCommand, statusCommand, doctorCommand, traceCommand, queueCommand]

function buildProgram(context: CommandContext): Command {
  const program = new Command('holdfast')
    .description(
      'The flight recorder for AI agents: keeps every span it acknowledges. Without a command it starts the server.',
    )
    .version(serverVersion)
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 2 bad usage. `holdfast <command> --help` has examples and settings.',
    )
  for (const make of commands) {
    program.addCommand(make(context))
  }
  return settle(program, context)
}

/** Commands of commands do not inherit where to write and how to end. */
function settle(command: Command, context: CommandContext): Command {
  command.exitOverride().configureOutput({
    writeOut: (text) => context.stdout.write(text),
    writeErr: (text) => context.stderr.write(text),
  })
  command.showHelpAfterError('(--help tells more)')
  for (const below of command.commands) settle(below, context)
  return command
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return neutralise(String(error))
  if (error instanceof CommandFailure || error instanceof ConfigError) {
    return error.message.split('\n').map(neutralise).join('\n  ')
  }
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`
}
