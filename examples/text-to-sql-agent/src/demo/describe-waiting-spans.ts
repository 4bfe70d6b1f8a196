// What a server did not take: @holdfast/telemetry keeps it in a folder for each server, a file a request, and the next run
// delivers it. An MLflow that is asked for the first time is often slower than an agent that ends.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Nothing where everything was delivered. */
export async function describeWaitingSpans(spoolDir: string, logsDir: string): Promise<string[]> {
  const servers = await readdir(spoolDir).catch(nothingThere)
  const requests = await Promise.all(
    servers.map((server) => readdir(join(spoolDir, server)).catch(nothingThere)),
  )
  const waiting = servers
    .map((server, index) => ({
      server,
      count: requests[index]!.filter((name) => name.endsWith('.pb')).length,
    }))
    .filter(({ count }) => count > 0)
  if (waiting.length === 0) return []
  return [
    'Not all spans were delivered. They wait on disk, and the next run sends them:',
    ...waiting.map(
      ({ server, count }) =>
        `  ${count} ${count === 1 ? 'request' : 'requests'} in ${join(spoolDir, server)}`,
    ),
    `Why is in the programs' logs in ${logsDir}.`,
  ]
}

function nothingThere(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
  throw error
}
