import { Command } from 'commander'
import type {
  Health,
  Ledger,
  LedgerAccount,
  Problem,
  Queue,
  QueueDepth,
  Readiness,
} from '../query/contract.ts'
import { askServer, askServerAnyway } from './ask-server.ts'
import { CommandFailure, printJson, printLines, wantsColour, type CommandContext } from './command-context.ts'
import { drawPairs, drawTable } from './draw-table.ts'
import { formatCount } from './format-amounts.ts'
import { openPaint, type Paint } from './paint.ts'
import { describeDepth } from './queue.ts'
import { readUrl, urlOption } from './server-url.ts'

interface Status {
  url: string
  version: string
  ready: boolean
  checks: Record<string, string>
  /** null when the database does not answer */
  queue: QueueDepth | null
  ledger: Ledger | null
}

export function statusCommand(context: CommandContext): Command {
  return new Command('status')
    .description(
      'Tell whether a running server is ready, what waits in its queue, and whether its books balance',
    )
    .addOption(urlOption())
    .option('--json', 'print it as one JSON object')
    .addHelpText(
      'after',
      `
Exits with 0 when the server is ready and its books balance, else with 1.

Examples:
  holdfast status
  holdfast status --json | jq .ledger.spans.pending

Settings: HOLDFAST_HOST and HOLDFAST_PORT make the default of --url; NO_COLOR switches colours off.`,
    )
    .action(async ({ url, json }: { url?: string; json?: true }) => {
      const status = await readStatus(readUrl(context, url))
      if (json === true) printJson(context, status)
      else printLines(context, drawStatus(status, openPaint(wantsColour(context))))
      if (!status.ready) throw new CommandFailure('the server is not ready')
      if (status.ledger?.balanced !== true) throw new CommandFailure('the books do not balance')
    })
}

async function readStatus(url: string): Promise<Status> {
  const health = await askServer<Health>(url, '/healthz')
  const readiness = await askServerAnyway<Readiness>(url, '/readyz')
  const queue = await askServerAnyway<Queue>(url, '/api/v1/queue', { limit: 1 })
  const ledger = await askServerAnyway<Ledger>(url, '/api/v1/ledger')
  return {
    url,
    version: health.version,
    ready: readiness.status === 200,
    checks: readiness.body.checks ?? { query_api: (readiness.body as Problem).detail },
    queue: queue.status === 200 ? (queue.body as Queue).depth : null,
    ledger: ledger.status === 200 ? (ledger.body as Ledger) : null,
  }
}

function drawStatus({ url, version, ready, checks, queue, ledger }: Status, paint: Paint): string[] {
  const lines = [
    `holdfast ${version} at ${url}: ${ready ? paint('green', 'ready') : paint('red', 'not ready')}`,
    ...drawPairs(Object.entries(checks).map(([name, said]) => [`  ${name}`, said] as const)),
  ]
  if (queue !== null) lines.push('', `queue: ${describeDepth(queue)}`)
  if (ledger !== null) {
    const verdict = ledger.balanced
      ? paint('green', 'the books balance')
      : paint('red', 'the books do not balance')
    lines.push('', `ledger: ${verdict}`, ...drawLedger(ledger))
  }
  return lines
}

function drawLedger({ payloads, spans }: Ledger): string[] {
  const accounts = Object.keys(spans).filter((name) => name !== 'balanced') as Exclude<
    keyof LedgerAccount,
    'balanced'
  >[]
  return drawTable(
    [
      { title: '', cell: (account) => `  ${account}` },
      { title: 'PAYLOADS', align: 'right', cell: (account) => formatCount(payloads[account]) },
      { title: 'SPANS', align: 'right', cell: (account) => formatCount(spans[account]) },
    ],
    accounts,
  )
}
