import { ConfigError, type Settings } from '../config.ts'
import { EmbeddedServerError } from '../postgres/embedded-server-error.ts'
import { SchemaInUse } from '../postgres/schema-in-use.ts'
import { CommandFailure } from './command-context.ts'

// What a data directory answers that is none, or not ours.
const reasons: Readonly<Record<string, string>> = {
  ENOTDIR: 'it, or a part of its path, is a file',
  EEXIST: 'it, or a part of its path, is a file',
  EACCES: 'it may not be written',
  EPERM: 'it may not be written',
  EROFS: 'it lies on a file system that is read-only',
  ELOOP: 'its path is a circle of links',
  ENOENT: 'its path cannot be made',
}

/** What to tell a person about a start that failed: an expected reason with what to do, else the error as it is. */
export function explainStartError(error: unknown, settings: Settings): unknown {
  // The settings were read; what is refused now is the database behind them.
  if (error instanceof ConfigError) return new CommandFailure(error.message, { cause: error })
  const { code, path } = fileErrorOf(error)
  const reason = reasons[code ?? '']
  if (settings.databaseUrl === undefined && reason !== undefined && path?.startsWith('/') === true) {
    return new CommandFailure(
      `the data directory ${settings.dataDir} cannot be used: ${reason} (${code} at ${path}). ` +
        'Set HOLDFAST_DATA_DIR to a directory that Holdfast may write',
      { cause: error },
    )
  }
  const isExpected = error instanceof EmbeddedServerError || error instanceof SchemaInUse
  return isExpected ? new CommandFailure(error.message, { cause: error }) : error
}

/** The error of a file, itself or as the cause of what an embedded server says. */
function fileErrorOf(error: unknown): { code?: string; path?: string } {
  return (error instanceof EmbeddedServerError ? (error.cause ?? {}) : error) as {
    code?: string
    path?: string
  }
}
