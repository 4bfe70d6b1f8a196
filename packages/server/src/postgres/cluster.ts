// A PostgreSQL data directory ("cluster"), the user its server runs as, and how that user gets there.
//
// Root may keep data where PostgreSQL's user cannot walk to: ~/.holdfast lies below /root, which is closed to others. The
// data still belongs where the operator said, and opening /root is not ours to do. So root opens the directory, the server
// inherits the open handle, and finds its data as /proc/self/fd/3 (which `show data_directory` then says).
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EmbeddedServerError } from './embedded-server-error.ts'
import type { SystemUser } from './system-user.ts'

export interface Cluster {
  /** The absolute path of PGDATA. */
  readonly dir: string
  /** Who owns it and runs its server; undefined: this process's user. */
  readonly user: SystemUser | undefined
  /** Whether `user` can walk to it. */
  readonly reachable: boolean
}

const inheritedPath = '/proc/self/fd/3'

/**
 * Starts a PostgreSQL program for this cluster, as its user, in a session of its own: Ctrl-C at the terminal is for
 * Holdfast, which stops PostgreSQL after its last write. `args` get the path by which that user reaches the data.
 */
export function spawnForCluster(
  cluster: Cluster,
  program: string,
  args: (dataPath: string) => readonly string[],
): ChildProcess {
  const handle = cluster.reachable ? undefined : openSync(cluster.dir, 'r')
  try {
    return spawn(program, args(handle === undefined ? cluster.dir : inheritedPath), {
      ...(cluster.user === undefined ? {} : { uid: cluster.user.uid, gid: cluster.user.gid }),
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', ...(handle === undefined ? [] : [handle])],
    })
  } finally {
    if (handle !== undefined) closeSync(handle)
  }
}

/** Resolves with how a child ended, or why it could not be started. Never rejects. */
export function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`))
  })
}

/** Whether a user can walk to a directory, by the mode of every folder above it. Other people's access lists do not count. */
export async function canReach(user: SystemUser | undefined, dir: string): Promise<boolean> {
  if (user === undefined) return true
  for (let folder = dirname(dir); ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder)
    const execute = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if ((mode & execute) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

/** Throws where a cluster that its user cannot walk to cannot be handed over by an open handle either. */
export function refuseUnreachable(cluster: Cluster): void {
  if (cluster.reachable || process.platform === 'linux') return
  throw new EmbeddedServerError(
    'data_not_ours',
    `PostgreSQL runs as ${cluster.user?.name}, who cannot get to ${cluster.dir}: ` +
      'set HOLDFAST_DATA_DIR to a folder that every user may walk to, or start Holdfast as an ordinary user',
  )
}
