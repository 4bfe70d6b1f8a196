/** What processes use, read from Linux's /proc. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100 // USER_HZ, the same on every Linux architecture that Node runs on
const kibibyte = 1024

interface ProcessStat {
  readonly pid: number
  readonly parentPid: number
  readonly command: string
  readonly cpuSeconds: number
  /** Of children that ended and were waited for. */
  readonly endedChildrenCpuSeconds: number
}

export interface ServerProcesses {
  /** The process itself and its descendants but PostgreSQL's. */
  readonly server: readonly ProcessStat[]
  readonly postgres: readonly ProcessStat[]
}

/** Only Linux tells. */
export const canReadProcesses = existsSync('/proc/self/stat')

/** The server's process tree as it is now. Backends of PostgreSQL count with the postmaster that it started. */
export function readServerProcesses(serverPid: number, postmasterPid?: number): ServerProcesses {
  const all = listProcesses()
  const tree = new Set([serverPid, ...(postmasterPid === undefined ? [] : [postmasterPid])])
  for (let grown = true; grown;) {
    grown = false
    for (const { pid, parentPid } of all) {
      if (tree.has(pid) || !tree.has(parentPid)) continue
      tree.add(pid)
      grown = true
    }
  }
  const ours = all.filter(({ pid }) => tree.has(pid))
  return {
    server: ours.filter(({ command }) => command !== 'postgres'),
    postgres: ours.filter(({ command }) => command === 'postgres'),
  }
}

/** CPU time so far, of processes that have ended too where a parent in the list waited for them. */
export function sumCpuSeconds(processes: readonly ProcessStat[]): number {
  return processes.reduce(
    (sum, { cpuSeconds, endedChildrenCpuSeconds }) => sum + cpuSeconds + endedChildrenCpuSeconds,
    0,
  )
}

/** Resident bytes; shared pages count in full. */
export function readResidentBytes(pid: number): number {
  return readKibibytes(`/proc/${pid}/status`, /^VmRSS:\s+(\d+) kB/m)
}

/** Proportional set size: shared pages are divided by the number of those who share them, so that sums are right. */
export function readProportionalBytes(pid: number): number {
  return readKibibytes(`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+) kB/m)
}

function readKibibytes(file: string, pattern: RegExp): number {
  return Number(pattern.exec(readIfThere(file) ?? '')?.[1] ?? 0) * kibibyte
}

function listProcesses(): readonly ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readIfThere(`/proc/${name}/stat`))
    .filter((stat) => stat !== undefined)
    .map((stat) => {
      // proc(5): the command stands in brackets and may hold any character; fields after it are counted from state = 3.
      const close = stat.lastIndexOf(')')
      const fields = stat
        .slice(close + 2)
        .split(' ')
        .map(Number)
      return {
        pid: Number.parseInt(stat, 10),
        parentPid: fields[1]!,
        command: stat.slice(stat.indexOf('(') + 1, close),
        cpuSeconds: (fields[11]! + fields[12]!) / ticksPerSecond,
        endedChildrenCpuSeconds: (fields[13]! + fields[14]!) / ticksPerSecond,
      }
    })
}

/** A process may end between being listed and being read, and another user's may not be read. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return undefined
    throw error
  }
}
