import { join } from 'node:path'
import { choosePorts } from './choose-ports.ts'
import { DemoFailure } from './demo-failure.ts'
import type { Program, Programs } from './programs.ts'

export const repository = join(import.meta.dirname, '..', '..', '..', '..')
export const holdfast = join(repository, 'packages', 'server', 'src', 'cli', 'main.ts')

export interface RunningHoldfast {
  readonly program: Program
  readonly queryUrl: string
  readonly otlpGrpcUrl: string
  /** Of the embedded PostgreSQL. */
  readonly socketDir: string
  /** Usual ports that other programs have, so that free ones were taken. */
  readonly takenPorts: readonly number[]
}

// Beyond what it gives itself to finish what it accepted and to stop its database, so that it is never killed half-way.
const stopWithinMs = 60_000

/** `holdfast start`. Rejects with its own words where it cannot: another one is on the same data directory, say. */
export async function startHoldfast(
  programs: Programs,
  env: Readonly<Record<string, string>>,
  dataDir: string,
): Promise<RunningHoldfast> {
  const { settings, taken } = await choosePorts(env)
  const program = programs.start({
    title: 'Holdfast',
    args: [holdfast, 'start', '--json'],
    env: { ...env, ...settings, HOLDFAST_DATA_DIR: dataDir },
    stopWithinMs,
  })
  const said = await program.ready
  const address = (name: string): string => {
    const value = said[name]
    if (typeof value !== 'string') throw new DemoFailure(`holdfast start --json did not say its ${name}`)
    return value
  }
  return {
    program,
    queryUrl: address('query_url'),
    otlpGrpcUrl: address('otlp_grpc_url'),
    socketDir: address('database_socket_dir'),
    takenPorts: taken,
  }
}
