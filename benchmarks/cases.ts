/** What `run.ts` measures. Each case gets a server of its own with an empty database. */
export interface Case {
  readonly name: string
  readonly spansPerPayload: number
  /** Spans a second; undefined: as fast as it goes. */
  readonly rate: number | undefined
}

export const cases: readonly Case[] = [
  { name: '512', spansPerPayload: 512, rate: undefined },
  { name: '64', spansPerPayload: 64, rate: undefined },
  { name: '8', spansPerPayload: 8, rate: undefined },
  { name: 'steady-512', spansPerPayload: 512, rate: 10_000 },
  { name: 'steady-8', spansPerPayload: 8, rate: 10_000 },
]
