import { Command, InvalidArgumentError, Option } from 'commander'
import type { Queue, QueueDepth, QueueItem } from '../query/contract.ts'
import { askServer } from './ask-server.ts'
import { printJson, printLines, type CommandContext } from './command-context.ts'
import { drawPairs, drawTable, type Column } from './draw-table.ts'
import { countOf, formatBytes, formatCount, formatDuration } from './format-amounts.ts'
import { readUrl, urlOption } from './server-url.ts'

interface ListOptions {
  url?: string
  json?: true
  state?: QueueItem['state']
  limit: number
}

const settingsHelp = '\nSettings: HOLDFAST_HOST and HOLDFAST_PORT make the default of --url.'

export function queueCommand(context: CommandContext): Command {
  return new Command('queue')
    .description('Look into the queue between the acknowledgement and the trace store')
    .addCommand(listCommand(context))
    .addCommand(showCommand(context))
    .addHelpText(
      'after',
      `
Examples:
  holdfast queue ls
  holdfast queue ls --state retrying
  holdfast queue show 4711
${settingsHelp}`,
    )
}

function listCommand(context: CommandContext): Command {
  return new Command('ls')
    .description('List the bodies in the queue, newest first; a body is what was committed together')
    .addOption(urlOption())
    .addOption(
      new Option('--state <state>', 'only these (default: all that are not settled)').choices([
        'pending',
        'claimed',
        'retrying',
        'settled',
      ]),
    )
    .option('--limit <bodies>', 'how many to show at most', readLimit, 50)
    .option('--json', 'print depth and items as JSON, as the Query API tells them')
    .addHelpText(
      'after',
      `\nExamples:\n  holdfast queue ls --state retrying\n  holdfast queue ls --json | jq .depth\n${settingsHelp}`,
    )
    .action(async ({ url, json, state, limit }: ListOptions) => {
      const queue = await askServer<Queue>(readUrl(context, url), '/api/v1/queue', { state, limit })
      if (json === true) printJson(context, queue)
      else printLines(context, drawQueue(queue))
    })
}

function showCommand(context: CommandContext): Command {
  return new Command('show')
    .description('Show one body in the queue')
    .argument('<id>', 'its id, as `queue ls` lists it', readId)
    .addOption(urlOption())
    .option('--json', 'print it as JSON, as the Query API tells it')
    .addHelpText('after', `\nExamples:\n  holdfast queue show 4711\n${settingsHelp}`)
    .action(async (id: string, { url, json }: { url?: string; json?: true }) => {
      const item = await askServer<QueueItem>(readUrl(context, url), `/api/v1/queue/${id}`)
      if (json === true) printJson(context, item)
      else printLines(context, drawItem(item))
    })
}

const columns: readonly Column<QueueItem>[] = [
  { title: 'ID', align: 'right', cell: (item) => item.id },
  { title: 'STATE', cell: (item) => item.state },
  { title: 'RECEIVED', cell: (item) => item.received_at.slice(0, 23) + 'Z' },
  { title: 'PAYLOADS', align: 'right', cell: (item) => formatCount(item.payload_count) },
  { title: 'SPANS', align: 'right', cell: (item) => formatCount(item.span_count) },
  { title: 'SIZE', align: 'right', cell: (item) => formatBytes(item.raw_bytes) },
  { title: 'TRIES', align: 'right', cell: (item) => String(item.attempts) },
  { title: 'ERROR', maxColumns: 60, cell: (item) => item.error_code ?? '' },
]

function drawQueue(queue: Queue): string[] {
  if (queue.items.length === 0) return [describeDepth(queue.depth)]
  const more = queue.next_cursor === null ? [] : ['', 'there are more; --limit shows more']
  return [describeDepth(queue.depth), '', ...drawTable(columns, queue.items), ...more]
}

export function describeDepth(depth: QueueDepth): string {
  const dead =
    depth.dead_payloads > 0 ? `; ${countOf(depth.dead_payloads, 'payload')} in the dead letters` : ''
  if (depth.pending_payloads === 0) return `nothing waits${dead}`
  const oldest =
    depth.oldest_pending_age_ms === null
      ? ''
      : `, the oldest for ${formatDuration(depth.oldest_pending_age_ms)}`
  const bodies = `${countOf(depth.pending_bodies, 'item')}, ${formatBytes(depth.pending_bytes)}`
  const failing =
    depth.retrying_bodies > 0 ? `; ${formatCount(depth.retrying_bodies)} failed and are tried again` : ''
  return `${countOf(depth.pending_payloads, 'payload')} (${bodies}) wait${oldest}${failing}${dead}`
}

function drawItem(item: QueueItem): string[] {
  return drawPairs([
    ['id', item.id],
    ['state', item.state],
    ['received', item.received_at],
    [item.state === 'claimed' ? 'claim runs out' : 'visible from', item.visible_at ?? '–'],
    ['settled', item.settled_at ?? '–'],
    ['attempts', String(item.attempts)],
    ['payloads', formatCount(item.payload_count)],
    ['spans', formatCount(item.span_count)],
    ['size', `${formatBytes(item.raw_bytes)}, stored in ${formatBytes(item.stored_bytes)}`],
    ['error', item.error_code === null ? '–' : `${item.error_code}: ${item.error_message ?? ''}`],
  ])
}

function readLimit(text: string): number {
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= 500) return limit
  throw new InvalidArgumentError('It takes a whole number from 1 to 500.')
}

function readId(text: string): string {
  if (/^\d{1,19}$/.test(text)) return text
  throw new InvalidArgumentError('It takes a whole number.')
}
