/**
 * The load program: sends realistic spans to any OTLP endpoint, notes what was acknowledged and reads it back from
 * Holdfast's Query API. A process of its own, sparing with the CPU that it shares with the server under test.
 *
 * Exit code 1 when anything acknowledged cannot be read back as it was sent, 2 on bad arguments.
 */
import { openExporters } from './export/open-exporters.ts'
import { formatReport, isSound, type LoadReport } from './load-report.ts'
import { readLoadSettings, usage, type LoadSettings } from './load-settings.ts'
import { Acknowledgements } from './measure/acknowledgements.ts'
import { compareSizes, readDatabaseSize } from './measure/database-size.ts'
import { canReadProcesses } from './measure/processes.ts'
import { QueryClient } from './measure/query-client.ts'
import { QueryableProbe } from './measure/queryable-probe.ts'
import { verifyTraces, waitUntilDrained } from './measure/read-back.ts'
import { ResourceMonitor } from './measure/resource-monitor.ts'
import { sendLoad } from './send-load.ts'
import { describeWorkload } from './workload/describe-workload.ts'
import { makePayloadPool } from './workload/payload-pool.ts'
import { PayloadSource } from './workload/payload-source.ts'

async function runLoad(settings: LoadSettings): Promise<LoadReport> {
  const { databaseUrl, query: queryUrl, serverPid } = settings
  const exporters = openExporters(settings.protocol, {
    endpoint: settings.endpoint,
    lanes: settings.connections,
    headers: settings.headers,
  })
  const pool = makePayloadPool(settings.spansPerPayload, (bodyBytes) => exporters.prefixOf(bodyBytes))
  const workload = describeWorkload(pool)
  const source = new PayloadSource(pool)
  const acknowledgements = new Acknowledgements(source)
  const query = queryUrl === undefined ? undefined : new QueryClient(queryUrl)
  const probe =
    queryUrl === undefined || settings.rate === undefined
      ? undefined
      : new QueryableProbe(queryUrl, acknowledgements)

  const sizeBefore = databaseUrl === undefined ? undefined : await readDatabaseSize(databaseUrl)
  const ledgerBefore = await query?.readLedger()
  const monitor =
    serverPid === undefined || !canReadProcesses
      ? undefined
      : new ResourceMonitor(serverPid, settings.postmasterPid)
  const load = await sendLoad({
    source,
    lanes: exporters.lanes,
    seconds: settings.seconds,
    rate: settings.rate,
    onAcknowledged: (sequence, atMs) => {
      acknowledgements.add(sequence)
      probe?.see(sequence, atMs)
    },
  })
  const acknowledged = { payloads: load.acknowledgedPayloads, spans: load.acknowledgedSpans }
  const drained =
    query === undefined || ledgerBefore === undefined
      ? undefined
      : await waitUntilDrained(query, ledgerBefore, acknowledged, settings.drainSeconds * 1000)
  const resources = monitor?.finish()
  const ackToQueryableMs = await probe?.finish()
  const verification = await (query && verifyTraces(query, acknowledgements, settings.verifiedTraces))
  const sizeAfter = databaseUrl === undefined ? undefined : await readDatabaseSize(databaseUrl)
  exporters.close()
  query?.close()

  const ackSeconds = (load.lastAcknowledgedMs - load.firstSendMs) / 1000
  return {
    endpoint: settings.endpoint.href,
    protocol: settings.protocol,
    connections: settings.connections,
    seconds: settings.seconds,
    rate: settings.rate,
    workload,
    acknowledged: {
      ...acknowledged,
      spansPerSecond: Math.round(acknowledged.spans / ackSeconds),
      payloadsPerSecond: Math.round(acknowledged.payloads / ackSeconds),
      rejectedSpans: load.rejectedSpans,
      lostPayloads: load.lostPayloads,
      retries: load.retries,
      refusals: load.refusals,
    },
    ackLatencyMs: load.latencyMs,
    ...(drained !== undefined && verification !== undefined
      ? {
          queryable: {
            spansPerSecond: Math.round(acknowledged.spans / ((drained.atMs - load.firstSendMs) / 1000)),
            seconds: (drained.atMs - load.firstSendMs) / 1000,
            drainSeconds: (drained.atMs - load.lastAcknowledgedMs) / 1000,
            timedOut: drained.timedOut,
            ledgerBalanced: drained.ledger.balanced,
            parkedPayloads: drained.ledger.payloads.dead - (ledgerBefore?.payloads.dead ?? 0),
            verification,
          },
        }
      : {}),
    ackToQueryableMs,
    resources,
    disk: sizeBefore && sizeAfter ? compareSizes(sizeBefore, sizeAfter, acknowledged.spans) : undefined,
  }
}

function readArguments(): LoadSettings | 'help' | undefined {
  try {
    return readLoadSettings(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error
    console.error(`${error.message}\n\n${usage}`)
    return undefined
  }
}

const settings = readArguments()
if (settings === undefined) {
  process.exitCode = 2
} else if (settings === 'help') {
  console.log(usage)
} else {
  const report = await runLoad(settings)
  if (settings.json) {
    console.error(formatReport(report))
    console.log(JSON.stringify(report))
  } else {
    console.log(formatReport(report))
  }
  if (!isSound(report)) process.exitCode = 1
}
