import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { DemoFailure } from './demo-failure.ts'

const transports = ['http', 'sse', 'stdio'] as const
const engines = ['auto', 'spacy', 'wink'] as const

export interface DemoOptions {
  readonly transport: (typeof transports)[number]
  readonly engine: (typeof engines)[number]
  /** Whether Holdfast goes on after the last question, so that the addresses can be opened. */
  readonly stays: boolean
  readonly dataDir: string
  /** None: the twenty of questions.json. */
  readonly questions: readonly string[]
  readonly help: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/** @throws DemoFailure with exit code 2 and what would be right */
export function readOptions(args: readonly string[], env: Environment, isAtTerminal: boolean): DemoOptions {
  const { values, positionals: questions } = parse(args)
  if (values.stay && values.exit) throw badUsage('--stay and --exit exclude each other')
  const backend = env['TELEMETRY_BACKEND'] || 'otel'
  if (backend !== 'otel' && backend !== 'dual') {
    throw badUsage(
      `TELEMETRY_BACKEND is "${backend}"; the demo shows what Holdfast has, so it takes otel or dual`,
    )
  }
  if (backend === 'dual' && !env['MLFLOW_TRACKING_URI']) {
    throw badUsage('TELEMETRY_BACKEND=dual needs MLFLOW_TRACKING_URI, the address of an MLflow server')
  }
  return {
    transport: oneOf('--transport', transports, values.transport),
    engine: oneOf('--engine', engines, values.engine),
    stays: values.stay || (isAtTerminal && !values.exit),
    dataDir: readDataDir(env),
    questions,
    help: values.help,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        transport: { type: 'string', default: 'http' },
        engine: { type: 'string', default: 'auto' },
        stay: { type: 'boolean', default: false },
        exit: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw badUsage((error as Error).message)
  }
}

function oneOf<T extends string>(name: string, known: readonly T[], value: string): T {
  const found = known.find((one) => one === value)
  if (found === undefined) throw badUsage(`${name} is "${value}"; it takes ${known.join(', ')}`)
  return found
}

/** Not Holdfast's own default: who has one running there keeps it apart from this. */
function readDataDir(env: Environment): string {
  const named = env['HOLDFAST_DATA_DIR']?.replace(/^~(?=$|\/)/, homedir())
  const state = env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state')
  return resolve(named || join(state, 'holdfast', 'demo'))
}

function badUsage(sentence: string): DemoFailure {
  return new DemoFailure(`${sentence} (--help tells more)`, 2)
}

export const help = `make demo ARGS='[OPTION …] ["QUESTION" …]'   or   node examples/text-to-sql-agent/src/demo.ts …

Starts Holdfast with its embedded PostgreSQL, an MCP server upon a music shop's database, and an agent that answers
twenty questions about it, or yours (which need a model); then shows the answers, and what Holdfast recorded. All of it
ends with this program.

  --transport http|sse|stdio   how the agent reaches the MCP server (http: Streamable HTTP)
  --engine auto|spacy|wink     what makes questions canonical. auto: spaCy where a Python is found (350 MB are installed
                               once), else wink; spacy: not without spaCy
  --stay | --exit              whether Holdfast goes on until Ctrl-C; without either: at a terminal yes

Without OPENAI_BASE_URL or OPENAI_API_KEY a stand-in answers in place of a model: a local program with a script. With
one of them the model of OPENAI_MODEL is asked. TELEMETRY_BACKEND=dual with MLFLOW_TRACKING_URI sends all traces to
MLflow too; TELEMETRY_CAPTURE_CONTENT=all records what was said. Data lies in HOLDFAST_DATA_DIR (default
~/.local/state/holdfast/demo) and can be deleted; the programs' logs in its folder demo-logs.

Exit codes: 0 all questions were asked, one at least was answered, and the traces are stored; 1 failed; 2 bad usage;
130 stopped by Ctrl-C.`
