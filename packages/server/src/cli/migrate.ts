import { Command } from 'commander'
import { readSettings, type Settings } from '../config.ts'
import { openLog, type Log } from '../log.ts'
import { CommandFailure, printJson, printLines, type CommandContext } from './command-context.ts'
import { describeSettings } from './describe-settings.ts'
import { explainStartError } from './explain-start-error.ts'

export function migrateCommand(context: CommandContext): Command {
  return new Command('migrate')
    .description('Bring the schema of the database up to date, and end; does nothing when it is')
    .option('--json', 'print what was applied as JSON')
    .addHelpText(
      'after',
      `
Safe to run at any time and by several at once. \`holdfast start\` does it by itself for the embedded database; for the
database of DATABASE_URL it is a step of its own, to be run before the servers of a new version start.

Examples:
  DATABASE_URL=postgres://holdfast@db/holdfast holdfast migrate
  holdfast migrate --json | jq .applied
${describeSettings(['DATABASE_URL', 'HOLDFAST_DATA_DIR', 'HOLDFAST_ALLOW_UNSAFE_DATABASE', 'HOLDFAST_LOG_LEVEL'])}`,
    )
    .action(async ({ json }: { json?: true }) => {
      const settings = readSettings(context.env)
      const applied = await migrateDatabase(settings, openLog(settings.logLevel)).catch((error: unknown) => {
        throw explainStartError(error, settings)
      })
      if (json === true) printJson(context, { applied })
      else
        printLines(context, [
          applied.length === 0 ? 'the schema is up to date' : `applied ${applied.join(', ')}`,
        ])
    })
}

async function migrateDatabase(settings: Settings, log: Log): Promise<readonly string[]> {
  const { migrate } = await import('../postgres/migrations.ts')
  if (settings.databaseUrl === undefined) {
    const { openEmbeddedServer } = await import('../postgres/embedded-server.ts')
    const embedded = await openEmbeddedServer({ dataDir: settings.dataDir, log })
    try {
      return (await migrate(embedded.target, log)).applied
    } finally {
      await embedded.close()
    }
  }
  const { checkDatabase } = await import('../postgres/check-database.ts')
  const { targetOfUrl } = await import('../postgres/pool.ts')
  const target = targetOfUrl(settings.databaseUrl)
  const check = await checkDatabase(target, { acceptUnsafeDurability: settings.allowUnsafeDatabase })
  if (!check.ok) throw new CommandFailure(check.message)
  for (const warning of check.warnings) log.warn(warning)
  return (await migrate(target, log)).applied
}
