import { join } from 'node:path'
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { DeliveryCounts } from '../../packages/telemetry/src/index.ts'
import { runChild } from '../stage/child-process.ts'

export interface AgentRun {
  readonly traceId: string
  /** By delivery: `otlp`, `mlflow`. */
  readonly deliveries: Readonly<Record<string, DeliveryCounts>>
  readonly stderr: string
}

/** Runs one of the programs beside this to its end, which must be a good one. */
export async function runAgent(
  t: TestContext,
  program: 'plan-trip' | 'record-awkward-spans',
  env: Readonly<Record<string, string>>,
): Promise<AgentRun> {
  const ran = await runChild(t, {
    title: program,
    command: process.execPath,
    args: [join(import.meta.dirname, 'programs', `${program}.ts`)],
    env: { TELEMETRY_SPOOL_DIR: 'off', MLFLOW_EXPERIMENT_ID: '', ...env },
  })
  assert.deepEqual({ code: ran.code, signal: ran.signal }, { code: 0, signal: null }, ran.stderr)
  const [first = '', second = ''] = ran.stdout.trim().split('\n')
  const { trace_id: traceId } = JSON.parse(first) as { trace_id: string }
  const { deliveries } = JSON.parse(second) as Pick<AgentRun, 'deliveries'>
  return { traceId, deliveries, stderr: ran.stderr }
}
