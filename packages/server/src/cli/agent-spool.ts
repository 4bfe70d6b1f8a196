/**
 * What agents on this machine could not deliver yet. `@holdfast/telemetry` keeps it in files whose names tell how many
 * spans they hold (its README, "Spool"); nothing is opened here, and nothing is changed.
 */
import { opendir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

export interface AgentSpool {
  readonly dir: string
  readonly requests: number
  readonly spans: number
  readonly bytes: number
  /** Requests whose content is not what their name says; nobody sends them. */
  readonly damaged: number
  /** When the oldest was written, Unix milliseconds. */
  readonly oldestUnixMs: number | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

const requestName = /^(\d{15})-[0-9a-f]{8}-\d{6}-(\d{1,9})-(\d{1,12})-[0-9a-f]{16}\.(?:pb|json)(\.damaged)?$/

// A spool is bounded in bytes and not in files; looking at it is not to take long.
const maxEntries = 100_000

// spool, then a folder for each target.
const maxDepth = 3

/** @returns undefined where the spool is switched off */
export function spoolDirectory(env: Environment): string | undefined {
  const told = env['TELEMETRY_SPOOL_DIR']?.trim() ?? ''
  if (told.toLowerCase() === 'off') return undefined
  if (told !== '') return resolve(told)
  const state = env['XDG_STATE_HOME']?.trim() ?? ''
  // The XDG specification: a path that is not absolute is to be ignored.
  return join(isAbsolute(state) ? state : join(homedir(), '.local', 'state'), 'holdfast', 'spool')
}

/** @throws NodeJS.ErrnoException when the folder is there and cannot be read; a folder that is not there is empty */
export async function readAgentSpool(dir: string): Promise<AgentSpool> {
  const spool = {
    dir,
    requests: 0,
    spans: 0,
    bytes: 0,
    damaged: 0,
    oldestUnixMs: undefined as number | undefined,
  }
  let entries = 0
  const read = async (folder: string, depth: number): Promise<void> => {
    for await (const entry of await opendir(folder)) {
      if (++entries > maxEntries) return
      if (entry.isDirectory() && depth < maxDepth) await read(join(folder, entry.name), depth + 1)
      const [, when, spans, bytes, damaged] = requestName.exec(entry.name) ?? []
      if (when === undefined) continue
      if (damaged !== undefined) {
        spool.damaged++
        continue
      }
      spool.requests++
      spool.spans += Number(spans)
      spool.bytes += Number(bytes)
      spool.oldestUnixMs = Math.min(spool.oldestUnixMs ?? Infinity, Number(when))
    }
  }
  try {
    await read(dir, 1)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return spool
}
