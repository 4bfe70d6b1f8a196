// `patterns check`, before a file is put in force, and `patterns from-schema`, to begin with.
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { patternsFromSchema } from '../from-schema/patterns-from-schema.ts'
import { BadPatterns } from '../patterns/bad-patterns.ts'
import { basePatternsFile } from '../patterns/base-patterns.ts'
import { filePatterns } from '../patterns/file-patterns.ts'
import { describeProblem } from '../patterns/parse-patterns.ts'
import type { PatternProblem, PatternSet } from '../patterns/pattern-set.ts'
import { readSources, type PatternSource } from '../patterns/pattern-source.ts'
import { tablePatterns } from '../patterns/table-patterns.ts'
import { preparePatterns } from '../prepare-patterns.ts'
import { BadUsage, type Command } from './command.ts'
import { openDatabase } from './open-database.ts'

type Say = (line: string) => void

export const patternsCommand: Command = {
  usage: 'patterns check [FILE …] | patterns from-schema',
  summary: 'Check patterns, or propose a first set of them from a PostgreSQL database',
  details: [
    'patterns check [FILE …] [--table [--table-name NAME]] [--database-url URL]',
    '  Names every bad pattern with its line. A FILE holds JSON lines; a folder, or a name with * in its last part, means',
    '  several.',
    '',
    '  --table              the table of a database too',
    '  --table-name NAME    its name. Default: nlp_patterns',
    '  --database-url URL   default: $DATABASE_URL',
    '',
    'patterns from-schema [--database-url URL] [--schema NAME …]',
    '  Writes patterns to stdout: of tables, of columns, and of the values of columns that have few. It changes nothing in',
    '  the database. What was left out, and why, is told on stderr.',
    '',
    '  --database-url URL   default: $DATABASE_URL',
    '  --schema NAME        may be repeated. Default: public',
    '  --sample-rows N      rows read of a table for each of its columns. Default: 10000',
    '  --max-values N       a column with more different values is left out. Default: 50',
    '  --timeout-ms N       of each statement. Default: 5000',
    '  --include-personal   also the values of columns that look personal (names, addresses and so on)',
    '',
    'Examples:',
    '  holdfast-canonicalizer patterns from-schema --database-url postgres://reader@db/shop > shop.jsonl',
    '  holdfast-canonicalizer patterns check shop.jsonl',
  ].join('\n'),
  async run([name, ...args], say, complain) {
    if (name === 'check') return await check(args, say, complain)
    if (name === 'from-schema') return await fromSchema(args, say, complain)
    throw new BadUsage('write `patterns check` or `patterns from-schema`; `patterns --help` tells more')
  },
}

async function check(args: readonly string[], say: Say, complain: Say): Promise<void> {
  const { values, positionals } = read(args, {
    allowPositionals: true,
    options: {
      table: { type: 'boolean' },
      'table-name': { type: 'string' },
      'database-url': { type: 'string' },
    },
  })
  const table = values['table-name'] ?? (values.table === true ? 'nlp_patterns' : undefined)
  const files = positionals.length === 0 ? [] : [filePatterns(positionals)]
  if (table === undefined && files.length === 0) throw new BadUsage('name a file, or write --table')
  if (table === undefined) return await checkSources(files, say, complain)
  await using database = await openDatabase(values['database-url'])
  await checkSources([...files, tablePatterns(database.client, { table })], say, complain)
}

async function checkSources(sources: readonly PatternSource[], say: Say, complain: Say): Promise<void> {
  const reading = await readSources(sources)
  if (!reading.ok) return refuse(reading.problems, complain)
  try {
    const prepared = await preparePatterns(reading.set)
    for (const warning of await findOverruled(prepared.patterns)) complain(`warning: ${warning}`)
  } catch (error) {
    if (error instanceof BadPatterns) return refuse(error.problems, complain)
    throw error
  }
  const { patterns, version } = reading.set
  const forSpacy = patterns.filter(({ engine }) => engine === 'spacy').length
  say(`${patterns.length} patterns, ${forSpacy} of them for spaCy only, version ${version}`)
}

/** A pattern that has words of every question for its own takes them away from it: "in" for Indiana. */
async function findOverruled(set: PatternSet): Promise<string[]> {
  const base = await filePatterns(basePatternsFile).read()
  if (!base.ok) throw new Error('the base patterns are bad')
  const { patterns } = (await preparePatterns(base.set)).patterns
  const labels = new Map(
    patterns.flatMap(({ kind, pattern, label }) => (kind === 'phrase' ? [[pattern, label]] : [])),
  )
  return set.patterns.flatMap(({ kind, engine, pattern, label, source, line }) => {
    const overruled = kind === 'phrase' && engine === 'any' ? labels.get(pattern) : undefined
    // "hours" of an attribute are the hours of every question.
    const isMeant = overruled === label || (label === 'UNIT' && overruled === 'TIME')
    if (overruled === undefined || isMeant) return []
    const message = `${JSON.stringify(pattern)} is a word of every question (${overruled}), and this takes its place`
    return [describeProblem({ source, line, message })]
  })
}

function refuse(problems: readonly PatternProblem[], complain: Say): never {
  for (const problem of problems) complain(describeProblem(problem))
  throw new Error(`${problems.length} bad ${problems.length === 1 ? 'pattern' : 'patterns'}`)
}

async function fromSchema(args: readonly string[], say: Say, complain: Say): Promise<void> {
  const { values } = read(args, {
    options: {
      'database-url': { type: 'string' },
      schema: { type: 'string', multiple: true, default: ['public'] },
      'sample-rows': { type: 'string', default: '10000' },
      'max-values': { type: 'string', default: '50' },
      'timeout-ms': { type: 'string', default: '5000' },
      'include-personal': { type: 'boolean', default: false },
    },
  })
  const options = {
    schemas: values.schema,
    sampleRows: toCount('--sample-rows', values['sample-rows']),
    maxValues: toCount('--max-values', values['max-values']),
    timeoutMs: toCount('--timeout-ms', values['timeout-ms']),
    includePersonal: values['include-personal'],
  }
  await using database = await openDatabase(values['database-url'])
  const { patterns, leftOut } = await patternsFromSchema(database.client, options)
  for (const pattern of patterns) say(JSON.stringify(pattern))
  for (const reason of leftOut) complain(`left out: ${reason}`)
  complain(`${patterns.length} patterns proposed`)
}

function read<Config extends ParseArgsConfig>(
  args: readonly string[],
  config: Config,
): ReturnType<typeof parseArgs<Config & { args: string[] }>> {
  try {
    return parseArgs({ ...config, args: [...args] })
  } catch (error) {
    throw new BadUsage(error instanceof Error ? error.message : String(error))
  }
}

function toCount(name: string, text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= 1_000_000) return count
  throw new BadUsage(`${name}: write a whole number from 1 to 1000000`)
}
