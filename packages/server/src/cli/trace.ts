import { Command, InvalidArgumentError } from 'commander'
import type { Journey, Problem, SpanItem, SpanList, TraceDetail } from '../query/contract.ts'
import { parseTraceId } from '../trace/ids.ts'
import { askServer, askServerAnyway, failureOf } from './ask-server.ts'
import { CommandFailure, printJson, printLines, wantsColour, type CommandContext } from './command-context.ts'
import { drawContinuity } from './draw-continuity.ts'
import { drawWaterfall } from './draw-waterfall.ts'
import { explainAbsence } from './explain-absence.ts'
import { openPaint } from './paint.ts'
import { readUrl, urlOption } from './server-url.ts'

interface Options {
  url?: string
  json?: true
  limit: number
}

// With their attributes; longer traces are told from the index alone.
const spansWithAttributes = 1000
const defaultLimit = 2000
const spansPerPage = 1000
const columnsWithoutTerminal = 120

export function traceCommand(context: CommandContext): Command {
  return new Command('trace')
    .description('Draw a trace as a waterfall: the tree of its spans on one time line')
    .argument('<id>', 'trace id, 32 hex digits', readTraceId)
    .addOption(urlOption())
    .option('--limit <spans>', 'how many spans to show at most', readLimit, defaultLimit)
    .option(
      '--json',
      'print the trace and its spans as JSON, as the Query API tells them (with attributes up to 1000 spans)',
    )
    .addHelpText(
      'after',
      `
Marks: ✓ ok, ✗ error, · status unset, … running; ? the parent is not here. ↑ input tokens, ↓ output tokens.
Above the spans stands what was asked (its fingerprint, for /api/v1/traces?fingerprint=), where that is known.
Below the spans stands where work passed to another process, and where it should have and did not.

Examples:
  holdfast trace 0af7651916cd43dd8448eb211c80319c
  holdfast trace 0af7651916cd43dd8448eb211c80319c --json | jq '.spans[].name'

Settings: HOLDFAST_HOST and HOLDFAST_PORT make the default of --url; NO_COLOR switches colours off.`,
    )
    .action(async (id: string, options: Options) => {
      const trace = await readTrace(readUrl(context, options.url), id, options)
      if (options.json === true) {
        printJson(context, trace)
        return
      }
      const columns = context.stdout.columns ?? columnsWithoutTerminal
      const paint = openPaint(wantsColour(context))
      printLines(context, [
        ...drawWaterfall(trace, trace.spans, { columns, paint, now: new Date() }),
        ...drawContinuity(trace.continuity, paint),
      ])
    })
}

async function readTrace(url: string, id: string, { json, limit }: Options): Promise<TraceDetail> {
  const wanted = json === true ? 'attributes' : undefined
  const detail = await readDetail(url, id, wanted)
  const include = detail.span_count <= spansWithAttributes ? wanted : undefined
  // It comes with its first spans, unless those are more than were asked for, or not in this form.
  const isStarted = include === wanted && detail.spans.length <= limit
  const spans: SpanItem[] = isStarted ? [...detail.spans] : []
  let cursor = isStarted ? detail.spans_next_cursor : undefined
  while (cursor !== null && spans.length < limit) {
    const page = { include, cursor, limit: Math.min(spansPerPage, limit - spans.length) }
    const list = await askServer<SpanList>(url, `/api/v1/traces/${id}/spans`, page)
    spans.push(...list.items)
    cursor = list.next_cursor
  }
  return { ...detail, spans, spans_truncated: cursor !== null, spans_next_cursor: cursor ?? null }
}

async function readDetail(url: string, id: string, include: 'attributes' | undefined): Promise<TraceDetail> {
  const path = `/api/v1/traces/${id}`
  const { status, body } = await askServerAnyway<TraceDetail>(url, path, { include })
  if (status < 300) return body as TraceDetail
  const problem = body as Problem
  if (problem.code !== 'trace_not_found') throw failureOf(problem)
  const journey = await askServer<Journey>(url, `${path}/journey`)
  throw new CommandFailure(explainAbsence(journey).join('\n'))
}

function readTraceId(text: string): string {
  const id = parseTraceId(text)
  if (id !== undefined) return id
  throw new InvalidArgumentError('A trace id is 32 hex digits, not all of them zero.')
}

function readLimit(text: string): number {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (limit > 0) return limit
  throw new InvalidArgumentError('It takes a whole number from 1 to 999999.')
}
