import { setImmediate as turn } from 'node:timers/promises'

/** One way of doing a piece of work, of which `count` in a row are measured at a time. */
export interface Variant {
  readonly name: string
  run(count: number): Promise<void> | void
}

export interface Measured {
  readonly name: string
  /** Of one piece of work, the median of all rounds. */
  readonly medianUs: number
  readonly leastUs: number
  readonly greatestUs: number
}

export interface Rounds {
  readonly rounds: number
  /** Pieces of work a round. */
  readonly count: number
  /** Between rounds, and not measured: what the work left behind is cleared away. */
  settle(): Promise<void>
}

/** Takes turns between the variants, so that whatever else the machine does hits all of them. */
export async function compare(
  variants: readonly Variant[],
  { rounds, count, settle }: Rounds,
): Promise<Measured[]> {
  const warmUpRounds = 3
  const took = new Map<string, number[]>(variants.map(({ name }) => [name, []]))
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (const { name, run } of variants) {
      await settle()
      await turn()
      const begin = performance.now()
      await run(count)
      const us = ((performance.now() - begin) * 1000) / count
      if (round >= 0) took.get(name)?.push(us)
    }
  }
  return [...took].map(([name, all]) => {
    const sorted = all.sort((a, b) => a - b)
    const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? NaN
    return { name, medianUs: at(0.5), leastUs: at(0), greatestUs: at(1) }
  })
}
