import { Latencies } from './latencies.ts'
import { readProportionalBytes, readResidentBytes, readServerProcesses, sumCpuSeconds } from './processes.ts'

export interface ResourceUse {
  readonly cpuSeconds: { readonly load: number; readonly server: number; readonly postgres: number }
  readonly memoryMiB: {
    readonly serverResident: { readonly p95: number; readonly max: number }
    readonly serverProportional: { readonly p95: number; readonly max: number }
    readonly postgresProportional: { readonly p95: number; readonly max: number }
  }
}

const sampleEveryMs = 1_000
/** Reading a PostgreSQL backend's share of the shared buffers walks its page table: not each time. */
const postgresEverySamples = 5
const mebibyte = 1024 * 1024

/** Watches a server and its PostgreSQL once a second until `finish`. */
export class ResourceMonitor {
  readonly #serverPid: number
  readonly #postmasterPid: number | undefined
  readonly #before: { load: number; server: number; postgres: number }
  readonly #resident = new Latencies()
  readonly #proportional = new Latencies()
  readonly #postgres = new Latencies()
  readonly #timer: NodeJS.Timeout
  #samples = 0

  constructor(serverPid: number, postmasterPid: number | undefined) {
    this.#serverPid = serverPid
    this.#postmasterPid = postmasterPid
    this.#before = this.#readCpu()
    this.#sample()
    this.#timer = setInterval(() => this.#sample(), sampleEveryMs)
    this.#timer.unref()
  }

  finish(): ResourceUse {
    clearInterval(this.#timer)
    const after = this.#readCpu()
    const cpu = (part: 'load' | 'server' | 'postgres'): number =>
      Math.round((after[part] - this.#before[part]) * 100) / 100
    return {
      cpuSeconds: { load: cpu('load'), server: cpu('server'), postgres: cpu('postgres') },
      memoryMiB: {
        serverResident: summarize(this.#resident),
        serverProportional: summarize(this.#proportional),
        postgresProportional: summarize(this.#postgres),
      },
    }
  }

  #readCpu(): { load: number; server: number; postgres: number } {
    const { server, postgres } = readServerProcesses(this.#serverPid, this.#postmasterPid)
    const own = process.cpuUsage()
    return {
      load: (own.user + own.system) / 1e6,
      server: sumCpuSeconds(server),
      postgres: sumCpuSeconds(postgres),
    }
  }

  #sample(): void {
    const { server, postgres } = readServerProcesses(this.#serverPid, this.#postmasterPid)
    const sum = (pids: readonly { pid: number }[], read: (pid: number) => number): number =>
      pids.reduce((total, { pid }) => total + read(pid), 0) / mebibyte
    this.#resident.add(sum(server, readResidentBytes))
    this.#proportional.add(sum(server, readProportionalBytes))
    if (this.#samples++ % postgresEverySamples === 0) this.#postgres.add(sum(postgres, readProportionalBytes))
  }
}

function summarize(samples: Latencies): { p95: number; max: number } {
  const of = samples.percentiles()
  return { p95: Math.round(of?.p95 ?? 0), max: Math.round(of?.max ?? 0) }
}
