// Patterns in files of JSON lines.
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { inTurns } from '../in-turns.ts'
import { mergePatternSets, parsingPatterns, type PatternsReading } from './parse-patterns.ts'
import type { PatternProblem, PatternSet } from './pattern-set.ts'
import type { PatternSource } from './pattern-source.ts'

/** 20 000 patterns are some 2 MB, without long lists. */
const maxFileBytes = 64 * 1024 * 1024

/**
 * The patterns of these files, in this order. A name may have `*` in its last part (`patterns/*.jsonl`, in the order of
 * the names), and a folder means all `.jsonl` files in it.
 *
 * A file without any pattern is refused: it is more often one that is just being written than one meant so. Write a new
 * version beside it and rename it, then nobody meets half of it.
 */
export function filePatterns(names: string | readonly string[]): PatternSource {
  const wanted = typeof names === 'string' ? [names] : names
  return {
    name: wanted.join(', '),
    readVersion: async () => {
      const files = await findFiles(wanted)
      const versions = await Promise.all(files.map(describeFile))
      return versions.join('\n')
    },
    read: async () => readFiles(await findFiles(wanted)),
  }
}

async function readFiles(files: readonly string[]): Promise<PatternsReading> {
  const sets: PatternSet[] = []
  const problems: PatternProblem[] = []
  for (const file of files) {
    const reading = await readOne(file)
    if (!reading.ok) problems.push(...reading.problems)
    else if (reading.set.patterns.length > 0) sets.push(reading.set)
    else
      problems.push({ source: file, line: 1, message: 'there is no pattern in this file: write one, or take the file away' }) // prettier-ignore
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, set: mergePatternSets(sets) }
}

async function readOne(file: string): Promise<PatternsReading> {
  const found = await stat(file)
  const { size } = found
  // A device or a pipe has no size, and may have no end.
  if (!found.isFile()) return { ok: false, problems: [{ source: file, line: 1, message: 'this is no file: name one, or a folder' }] } // prettier-ignore
  if (size > maxFileBytes) {
    return { ok: false, problems: [{ source: file, line: 1, message: `a file of ${size} bytes: ${maxFileBytes} is the most` }] } // prettier-ignore
  }
  return await inTurns(parsingPatterns(await readFile(file, 'utf8'), file))
}

async function findFiles(names: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const name of names) found.push(...(await expandName(name)))
  return found
}

async function expandName(name: string): Promise<string[]> {
  const last = basename(name)
  const isWild = last.includes('*')
  if (!isWild && !(await stat(name)).isDirectory()) return [name]
  const folder = isWild ? dirname(name) : name
  const wanted = toRegExp(isWild ? last : '*.jsonl')
  const files = (await readdir(folder)).filter((file) => wanted.test(file)).sort()
  if (files.length === 0) throw new Error(`no file is like ${isWild ? name : join(name, '*.jsonl')}`)
  return files.map((file) => join(folder, file))
}

function toRegExp(wild: string): RegExp {
  const parts = wild.split('*').map((part) => part.replace(/[^\w]/gu, '\\$&'))
  return new RegExp(`^${parts.join('[^/\\\\]*')}$`)
}

async function describeFile(file: string): Promise<string> {
  const { mtimeNs, size, ino } = await stat(file, { bigint: true })
  return `${file} ${mtimeNs} ${size} ${ino}`
}
