// The settings of the embedded PostgreSQL, sized by the machine, each with its reason. They are written to
// <PGDATA>/holdfast.conf at every start; what the operator puts at the end of postgresql.conf wins over them.

export interface Machine {
  /** What this process may use: the container's limit where there is one. */
  readonly memoryBytes: number
  readonly cpus: number
  readonly freeDiskBytes: number
}

export interface PostgresSetting {
  readonly name: string
  readonly value: string
  readonly reason: string
}

const MiB = 2 ** 20

/** The settings for a machine. */
export function embeddedSettings(machine: Machine): readonly PostgresSetting[] {
  const { memoryBytes, cpus, freeDiskBytes } = machine
  const sharedBuffers = clamp(memoryBytes / 8, 64, 512)
  const maxWal = clamp(freeDiskBytes / 10, 256, 4096)
  const parallelWorkers = Math.min(2, Math.floor(cpus / 4))
  return table([
    // What an acknowledgement means
    ['fsync', 'on', 'an acknowledged span is on disk'],
    ['synchronous_commit', 'on', 'the same, for every COMMIT'],
    ['full_page_writes', 'on', 'a page torn by a crash is restored from the write-ahead log'],

    // Memory: PostgreSQL shares the machine with Holdfast and with the agents
    [
      'shared_buffers',
      mb(sharedBuffers),
      'an eighth of memory: rows are written once and read soon; the rest is the page cache',
    ],
    [
      'effective_cache_size',
      mb(memoryBytes / 2 / MiB),
      'half of memory is what the page cache can be expected to hold',
    ],
    ['work_mem', '16MB', 'a trace list sorts in memory; a few queries run at one time'],
    [
      'maintenance_work_mem',
      mb(clamp(memoryBytes / 32, 32, 256)),
      'vacuum passes over an index once and not several times',
    ],
    ['wal_buffers', '16MB', 'one COPY of a claimed batch fits'],
    [
      'max_connections',
      '60',
      'one Holdfast takes 15 and two more for each persist thread; the rest is for people',
    ],
    ['max_locks_per_transaction', '256', 'a query over a year locks each partition and its indexes'],
    ['huge_pages', 'off', 'memory this small gains nothing, and a machine may reserve them for others'],

    // Sustained writing, about 40 MB/s of rows, as much again of log
    [
      'max_wal_size',
      mb(maxWal),
      'a tenth of the free disk, at most 4 GB: rarer checkpoints write fewer full pages, and 4 GB are replayed in well under a minute',
    ],
    ['min_wal_size', mb(maxWal / 4), 'segments are renamed rather than made anew while load goes on'],
    [
      'checkpoint_timeout',
      '10min',
      'size ends a checkpoint under load; this bounds the replay of a quiet server',
    ],
    ['checkpoint_completion_target', '0.9', 'a checkpoint spread out does not hold up the commits beside it'],
    [
      'wal_compression',
      'off',
      'this build has only pglz: measured on 2 million rows, no smaller log for 4 % more processor',
    ],
    ['random_page_cost', '1.1', 'data lies on a solid-state disk'],

    // Vacuum keeps up with the queue, of which every row is updated twice
    ['autovacuum_naptime', '10s', 'dead queue rows slow down claims'],
    [
      'autovacuum_vacuum_cost_limit',
      '2000',
      'the default of 200 dirties 40 MB/s at best, which is what a loaded server writes',
    ],
    ['autovacuum_max_workers', '2', 'half of a small machine is enough'],

    // Queries
    ['jit', 'off', 'compiling costs more than the short queries gain'],
    [
      'max_parallel_workers_per_gather',
      String(parallelWorkers),
      'a dashboard must not take the processors that drain the queue',
    ],
    ['idle_in_transaction_session_timeout', '5min', 'a forgotten transaction would stop vacuum'],
    ['max_logical_replication_workers', '0', 'nothing subscribes'],

    // The log goes to Holdfast's, and contents of spans never do
    ['logging_collector', 'off', 'Holdfast reads standard error'],
    ['log_destination', 'stderr', 'the same'],
    ['log_line_prefix', '', 'Holdfast adds the time'],
    ['log_min_error_statement', 'panic', 'statements hold what clients sent'],
    ['log_error_verbosity', 'terse', 'so do DETAIL and CONTEXT, which quotes the line of a failed COPY'],
    ['log_parameter_max_length_on_error', '0', 'so do parameters'],
    ['log_statement', 'none', 'the same'],
    ['log_timezone', 'UTC', 'one time zone everywhere'],
    ['timezone', 'UTC', 'days of arrival are days of UTC'],
    ['unix_socket_permissions', '0700', "for root and the server's own user"],
  ])
}

/** The text of holdfast.conf. */
export function formatSettings(settings: readonly PostgresSetting[]): string {
  const lines = settings.map(
    ({ name, value, reason }) => `# ${reason}\n${name} = '${value.replaceAll("'", "''")}'\n`,
  )
  return `# Written by Holdfast at every start. Settings of your own go to the end of postgresql.conf, where they win.\n\n${lines.join('\n')}`
}

function table(
  rows: readonly (readonly [name: string, value: string, reason: string])[],
): readonly PostgresSetting[] {
  return rows.map(([name, value, reason]) => ({ name, value, reason }))
}

function clamp(bytes: number, leastMiB: number, mostMiB: number): number {
  return Math.min(mostMiB, Math.max(leastMiB, bytes / MiB))
}

function mb(mebibytes: number): string {
  return `${Math.round(mebibytes)}MB`
}
