// What stands in a trace as `holdfast trace` draws it, without what is another in each run: how long things took.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../stage/holdfast-process.ts'

export interface Drawing {
  /** How many spans, services, errors, tokens, and the cost. */
  readonly heading: string
  /** Mark, place in the tree, name, service, kind, tokens and cost of each. */
  readonly spans: readonly string[]
}

export function readReadme(): string {
  return readFileSync(join(repository, 'examples', 'text-to-sql-agent', 'README.md'), 'utf8')
}

export function readDrawing(text: string): Drawing {
  const heading = /^text-to-sql-agent › invoke_agent text-to-sql {2}·.*$/m.exec(text)?.[0] ?? ''
  const spans = [...text.matchAll(/^([·✗✓] .*)▕.*▏(.*)$/gm)].map(([, before = '', after = '']) =>
    withoutDurations(`${before}${after}`).replace(/ +/g, ' ').trim(),
  )
  return { heading: withoutDurations(heading), spans }
}

function withoutDurations(line: string): string {
  return line.replace(/[\d.]+ (µs|ms|s)\b/, 'a while')
}
