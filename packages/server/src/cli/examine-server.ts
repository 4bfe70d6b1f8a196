/**
 * What `holdfast doctor` looks at, and what it says: pure but for the asking. Each finding stands for itself and says
 * what to do.
 */
import type { Health, Ledger, LedgerAccount, Problem, Queue, Readiness } from '../query/contract.ts'
import { readAgentSpool, type AgentSpool } from './agent-spool.ts'
import { askServerAnyway, type Answer } from './ask-server.ts'
import { CommandFailure } from './command-context.ts'
import { countOf, formatBytes, formatCount, formatDuration } from './format-amounts.ts'

export interface Finding {
  readonly check: string
  /** `notice`: worth knowing, and no failure. */
  readonly state: 'ok' | 'notice' | 'wrong'
  readonly says: string
  readonly what_to_do: string | null
}

// A body is persisted within a second; one that waits so long waits for something.
const lagMs = 60_000

/** @param spoolDir undefined: agents here have their spool switched off */
export async function examineServer(url: string, spoolDir: string | undefined): Promise<Finding[]> {
  const findings: Finding[] = []
  const health = await askOrExplain<Health>(url, '/healthz')
  if (typeof health === 'string') findings.push(wrong('server', health, null))
  else findings.push(ok('server', `holdfast ${(health.body as Health).version} answers at ${url}`))
  if (typeof health !== 'string') {
    findings.push(...judgeReadiness(await askServerAnyway<Readiness>(url, '/readyz')))
    findings.push(judgeLedger(await askServerAnyway<Ledger>(url, '/api/v1/ledger')))
    findings.push(...judgeQueue(await askServerAnyway<Queue>(url, '/api/v1/queue', { limit: 1 })))
  }
  findings.push(await examineSpool(spoolDir))
  return findings
}

async function askOrExplain<Body>(url: string, path: string): Promise<Answer<Body> | string> {
  try {
    const answer = await askServerAnyway<Body>(url, path)
    return answer.status === 200 ? answer : (answer.body as Problem).detail
  } catch (error) {
    if (error instanceof CommandFailure) return error.message
    throw error
  }
}

const readinessCures: Readonly<Record<string, string>> = {
  coordinator:
    'its log says why; the threads are started again by themselves, and nothing acknowledged is lost',
  database:
    'see that PostgreSQL runs and DATABASE_URL is right (without DATABASE_URL: the log of the server, and the disk)',
  schema: 'run `holdfast migrate` with the version of the server that runs',
}

function judgeReadiness({ status, body }: Answer<Readiness>): Finding[] {
  const checks = body.checks
  if (checks === undefined) return [wrong('readiness', (body as Problem).detail, 'ask again in a moment')]
  const findings = Object.entries(checks).map(([name, says]) =>
    says.startsWith('ok')
      ? ok(name, says)
      : wrong(name, says, readinessCures[name] ?? 'the log of the server says more'),
  )
  const isExplained = status === 200 || findings.some((finding) => finding.state === 'wrong')
  return isExplained ? findings : [...findings, wrong('readiness', 'the server says it is not ready', null)]
}

function judgeLedger({ status, body }: Answer<Ledger>): Finding {
  if (status !== 200) return wrong('ledger', (body as Problem).detail, 'ask again when the database answers')
  const { balanced, payloads, spans } = body as Ledger
  if (balanced) return ok('ledger', `balanced: ${equation(spans, 'span')}`)
  const [account, unit] = spans.balanced ? [payloads, 'payload'] : [spans, 'span']
  return wrong(
    'ledger',
    `does not balance: ${equation(account, unit)}`,
    'keep the database as it is and report it, with `select * from otel.ledger`',
  )
}

function equation(account: LedgerAccount, unit: string): string {
  const parts = (['stored', 'duplicate', 'replaced', 'pending', 'dead', 'discarded', 'expired'] as const)
    .filter((name) => account[name] !== 0 || name === 'stored')
    .map((name) => `${formatCount(account[name])} ${name}`)
  return `${countOf(account.accepted, unit)} accepted ${account.balanced ? '=' : '≠'} ${parts.join(' + ')}`
}

function judgeQueue({ status, body }: Answer<Queue>): Finding[] {
  if (status !== 200) {
    return [wrong('queue', (body as Problem).detail, 'ask again when the database answers')]
  }
  const { depth } = body as Queue
  const age = depth.oldest_pending_age_ms ?? 0
  const waiting =
    depth.pending_payloads === 0
      ? 'nothing waits'
      : `${countOf(depth.pending_payloads, 'payload')} (${formatBytes(depth.pending_bytes)}) wait, the oldest for ${formatDuration(age)}`
  const failing = depth.retrying_bodies > 0 ? `; ${countOf(depth.retrying_bodies, 'item')} failed` : ''
  const queue =
    age > lagMs
      ? wrong(
          'queue',
          waiting + failing,
          failing === ''
            ? 'persisting is behind: see the load of the database, or raise HOLDFAST_PERSIST_THREADS'
            : '`holdfast queue ls --state retrying` has the reasons; they are tried again by themselves',
        )
      : failing === ''
        ? ok('queue', waiting)
        : notice('queue', waiting + failing, '`holdfast queue ls --state retrying` has the reasons')
  const dead =
    depth.dead_payloads === 0
      ? ok('dead letters', 'none')
      : wrong(
          'dead letters',
          `${countOf(depth.dead_payloads, 'payload')} could not be persisted`,
          '`select id, error_code, error_message from otel.dead_letters` has the reasons; their bytes are kept',
        )
  return [queue, dead]
}

async function examineSpool(dir: string | undefined): Promise<Finding> {
  if (dir === undefined) return ok('agent spool', 'switched off here (TELEMETRY_SPOOL_DIR=off)')
  try {
    return judgeSpool(await readAgentSpool(dir))
  } catch (error) {
    return notice(
      'agent spool',
      `${dir} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
      'ask as the user that runs the agents, or set TELEMETRY_SPOOL_DIR as they do',
    )
  }
}

function judgeSpool({ dir, requests, spans, bytes, damaged, oldestUnixMs }: AgentSpool): Finding {
  const broken = damaged === 0 ? '' : `; ${countOf(damaged, 'file')} damaged`
  if (requests === 0 && damaged === 0) return ok('agent spool', `nothing undelivered in ${dir}`)
  const age =
    oldestUnixMs === undefined ? '' : `, the oldest for ${formatDuration(Date.now() - oldestUnixMs)}`
  return notice(
    'agent spool',
    `${countOf(spans, 'span')} (${formatBytes(bytes)}) of agents on this machine wait in ${dir}${age}${broken}`,
    'they are sent by the next agent that runs here with the same settings; see that its endpoint is this server’s',
  )
}

function ok(check: string, says: string): Finding {
  return { check, state: 'ok', says, what_to_do: null }
}

function notice(check: string, says: string, whatToDo: string): Finding {
  return { check, state: 'notice', says, what_to_do: whatToDo }
}

function wrong(check: string, says: string, whatToDo: string | null): Finding {
  return { check, state: 'wrong', says, what_to_do: whatToDo }
}
