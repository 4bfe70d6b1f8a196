// Makes a new PostgreSQL data directory.
import { text } from 'node:stream/consumers'
import { exitOf, spawnForCluster, type Cluster } from './cluster.ts'
import { EmbeddedServerError } from './embedded-server-error.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'

/** The superuser of an embedded server, and the name of its database. */
export const embeddedRole = 'holdfast'

/**
 * Runs initdb in an empty directory of the cluster's user: UTF-8, a locale that is the same on every machine, checksums on.
 * Takes about a second. `durable: false` leaves out the final fsync, for test servers.
 */
export async function initCluster(
  binaries: PostgresBinaries,
  cluster: Cluster,
  { durable }: { durable: boolean },
): Promise<void> {
  const child = spawnForCluster(cluster, binaries.initdb, (dataPath) => [
    `--pgdata=${dataPath}`,
    `--username=${embeddedRole}`,
    '--encoding=UTF8',
    // Sorting and case mapping that no upgrade of a system library can change; before 17 there is only plain C.
    '--locale=C',
    ...(binaries.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []),
    '--data-checksums',
    // Who may open the socket is decided by its directory, which is 0700. Nothing listens on TCP.
    '--auth-local=trust',
    '--auth-host=reject',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ])
  const [said, exit] = await Promise.all([child.stderr === null ? '' : text(child.stderr), exitOf(child)])
  if (exit === 'exit code 0') return
  if (said.includes('No space left on device')) {
    throw new EmbeddedServerError('no_space', `No space left to create the database in ${cluster.dir}`)
  }
  throw new EmbeddedServerError(
    'start_failed',
    `Could not create the database in ${cluster.dir} (${exit}): ${said.trim()}`,
  )
}
