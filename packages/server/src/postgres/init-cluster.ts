// Makes a new PostgreSQL data directory.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { EmbeddedServerError } from './embedded-server-error.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import type { SystemUser } from './system-user.ts'

/** The superuser of an embedded server, and the name of its database. */
export const embeddedRole = 'holdfast'

export interface InitOptions {
  /** Does not exist, or is empty and owned by `user`. */
  readonly dataDir: string
  readonly user: SystemUser | undefined
  /** False skips the final fsync: for test servers only. */
  readonly durable: boolean
}

/** Runs initdb: UTF-8, a locale that is the same on every machine, checksums on. Takes about a second. */
export async function initCluster(binaries: PostgresBinaries, options: InitOptions): Promise<void> {
  const { user } = options
  const args = [
    `--pgdata=${options.dataDir}`,
    `--username=${embeddedRole}`,
    '--encoding=UTF8',
    // Sorting and case mapping that no system library upgrade can change; before 17 there is only plain C.
    '--locale=C',
    ...(binaries.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []),
    '--data-checksums',
    // Who can open the socket is decided by its directory, which is 0700. Nothing listens on TCP.
    '--auth-local=trust',
    '--auth-host=reject',
    '--no-instructions',
    ...(options.durable ? [] : ['--no-sync']),
  ]
  try {
    await promisify(execFile)(binaries.initdb, args, {
      ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    })
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string }
    const reason = stderr?.trim() || message
    if (reason.includes('No space left on device')) {
      throw new EmbeddedServerError(
        'no_space',
        `No space left to create the database in ${options.dataDir}`,
        {
          cause: error,
        },
      )
    }
    throw new EmbeddedServerError(
      'start_failed',
      `Could not create the database in ${options.dataDir}: ${reason}`,
      {
        cause: error,
      },
    )
  }
}
