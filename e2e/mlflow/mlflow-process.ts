// A real MLflow tracking server on SQLite, one worker, on a port of its own.
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { startChild, type Child } from '../stage/child-process.ts'
import { findFreePort } from '../stage/free-port.ts'
import { makeTemporaryDirectory } from '../stage/temporary-directory.ts'
import { waitUntil } from '../stage/wait-until.ts'
import { findMlflow } from './mlflow-environment.ts'

export interface Mlflow {
  /** What MLFLOW_TRACKING_URI is set to. */
  readonly url: string
  /** Starts it (again), with what it stored before; resolves when it answers. */
  start(): Promise<void>
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

/**
 * On a new, empty database. `isStarted: false`: only its address is known yet.
 * @returns undefined when this machine has no Python; the test is skipped then, and should return
 */
export async function startMlflow(
  t: TestContext,
  options: { readonly isStarted?: boolean } = {},
): Promise<Mlflow | undefined> {
  const command = await findMlflow(t)
  if (command === undefined) {
    console.error('\n!!! SKIPPED: the tests against MLflow need python3 (3.11 or newer). !!!\n')
    t.skip('no python3 on PATH')
    return undefined
  }
  const dir = await makeTemporaryDirectory(t)
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  let server: Child | undefined
  const mlflow: Mlflow = {
    url,
    start: async () => {
      const started = startChild(t, {
        title: 'mlflow server',
        command,
        args: [
          'server',
          ...['--backend-store-uri', `sqlite:///${join(dir, 'mlflow.db')}`],
          ...['--default-artifact-root', join(dir, 'artifacts')],
          ...['--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
        ],
        cwd: dir,
        // No usage reports, and no processes for jobs that no test asks for.
        env: { MLFLOW_DISABLE_TELEMETRY: 'true', MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' },
      })
      server = started
      await waitUntil(async () => {
        if (started.hasExited()) throw new Error(`mlflow server ended:\n${started.stderr().slice(-4000)}`)
        return answers(url)
      }, 100)
    },
    stop: async () => {
      // The server is a parent and its worker; its parent does not pass every signal on.
      server?.killGroup('SIGKILL')
      await server?.exited
    },
  }
  if (options.isStarted !== false) await mlflow.start()
  return mlflow
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`, { signal: AbortSignal.timeout(5000) })).ok
  } catch (error) {
    if (error instanceof Error) return false // refused, or silent: it starts
    throw error
  }
}
