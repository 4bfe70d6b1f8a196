// The Python SDK of MCP as the other side: it traces itself, and carries context in `_meta` only. Its spans come to the same
// Holdfast from the OpenTelemetry Python SDK.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { findPython } from '../python/python-environment.ts'
import { runChild, startChild } from '../stage/child-process.ts'
import { startHoldfast, type Holdfast } from '../stage/holdfast-process.ts'
import { makeTemporaryDirectory } from '../stage/temporary-directory.ts'
import type { Cell, Sdk } from './cells.ts'
import {
  readReport,
  startMcpClient,
  startMcpServer,
  stdioTarget,
  telemetryEnvironment,
} from './mcp-programs.ts'
import type { Sighting } from './programs/tool-set.ts'
import { waitForTraceTree } from './trace-tree.ts'

const folder = join(import.meta.dirname, 'python')
const spec = { concurrency: 2, timeout: 300_000 }
type OurSide = Pick<Cell, 'sdk' | 'era' | 'transport'>

/** Undefined, with the test skipped, when this machine has no Python. */
async function findPythonOrSkip(t: TestContext): Promise<string | undefined> {
  const python = await findPython(t, join(folder, 'requirements.txt'))
  if (python !== undefined) return python
  console.error("\n!!! SKIPPED: the tests with MCP's Python SDK need python3. !!!\n")
  t.skip('no python3 on PATH')
  return undefined
}

test('an agent on the Python SDK and a traced server are one trace', spec, async (t) => {
  const python = await findPythonOrSkip(t)
  if (python === undefined) return
  const holdfast = await startHoldfast(t, { dataDir: await makeTemporaryDirectory(t) })
  const run = (title: string, sdk: Sdk, era: string, isHttp: boolean): Promise<void> =>
    t.test(title, { timeout: 60_000 }, async (t) => {
      const target = isHttp
        ? [`${(await startMcpServer(t, sdk, 'mcp', holdfast)).url}/mcp`]
        : ['stdio', ...stdioTarget(sdk, 'mcp')]
      await callFromPython(t, holdfast, python, era, target)
    })
  await Promise.all([
    run('SDK 1.x over Streamable HTTP', 'v1', '2025-11-25', true),
    run('SDK 1.x over stdio', 'v1', '2025-11-25', false),
    run('SDK 2.x, 2025 era, over Streamable HTTP', 'v2', '2025-11-25', true),
    run('SDK 2.x, 2026 era, over Streamable HTTP', 'v2', '2026-07-28', true),
    run('SDK 2.x, 2026 era, over stdio', 'v2', '2026-07-28', false),
  ])
})

async function callFromPython(
  t: TestContext,
  holdfast: Holdfast,
  python: string,
  protocolVersion: string,
  target: readonly string[],
): Promise<void> {
  const called = await runChild(t, {
    title: `call.py ${target.join(' ')}`,
    command: python,
    args: [join(folder, 'call.py'), protocolVersion === '2025-11-25' ? 'legacy' : 'auto', ...target],
    env: telemetryEnvironment('v2', holdfast), // by HTTP
  })
  assert.equal(called.code, 0, called.stderr)
  const said = JSON.parse(called.stdout) as { traceId: string; protocolVersion: string; seen: Sighting }
  assert.equal(said.protocolVersion, protocolVersion)
  assert.equal(said.seen.activeTraceId, said.traceId)
  assert.deepEqual(said.seen.baggage, { tenant: 'acme-söhne' })
  await waitForTraceTree(t, holdfast.queryUrl, said.traceId, [
    'invoke_agent tester, internal, python-client',
    '  MCP send tools/call look, client, python-client',
    '    tools/call look, server, mcp-server, in by mcp.meta',
    '      work of look, internal, mcp-server',
    '  MCP send tools/list, client, python-client', // once, to check the answer against what the tool declares
    '    tools/list, server, mcp-server, in by mcp.meta',
    '  MCP send tools/call refuse, client, python-client',
    '    tools/call refuse, server, mcp-server, in by mcp.meta, error "tool_error"',
    '      work of refuse, internal, mcp-server',
  ])
}

test('a traced agent and a server on the Python SDK are one trace', spec, async (t) => {
  const python = await findPythonOrSkip(t)
  if (python === undefined) return
  const holdfast = await startHoldfast(t, { dataDir: await makeTemporaryDirectory(t) })
  const urls = {
    http: `${await startPythonServer(t, holdfast, python, 'http')}/mcp`,
    sse: `${await startPythonServer(t, holdfast, python, 'sse')}/sse`,
  }
  const run = (title: string, cell: OurSide): Promise<void> =>
    t.test(title, { timeout: 60_000 }, async (t) => {
      const target =
        cell.transport === 'stdio' ? [python, join(folder, 'serve.py'), 'stdio'] : [urls[cell.transport]]
      await callPython(t, holdfast, cell, target)
    })
  await Promise.all([
    run('SDK 1.x over Streamable HTTP', { sdk: 'v1', era: '2025', transport: 'http' }),
    run('SDK 1.x over SSE', { sdk: 'v1', era: '2025', transport: 'sse' }),
    run('SDK 1.x over stdio', { sdk: 'v1', era: '2025', transport: 'stdio' }),
    run('SDK 2.x, 2025 era, over Streamable HTTP', { sdk: 'v2', era: '2025', transport: 'http' }),
    run('SDK 2.x, 2026 era, over Streamable HTTP', { sdk: 'v2', era: '2026', transport: 'http' }),
    run('SDK 2.x, 2025 era, over SSE', { sdk: 'v2', era: '2025', transport: 'sse' }),
    run('SDK 2.x, 2026 era, over stdio', { sdk: 'v2', era: '2026', transport: 'stdio' }),
  ])
})

function startPythonServer(
  t: TestContext,
  holdfast: Holdfast,
  python: string,
  transport: 'http' | 'sse',
): Promise<string> {
  const server = startChild(t, {
    title: `serve.py ${transport}`,
    command: python,
    args: [join(folder, 'serve.py'), transport],
    env: telemetryEnvironment('v2', holdfast),
  })
  return server.waitForLine((line) =>
    line.startsWith('{"url"') ? (JSON.parse(line) as { url: string }).url : undefined,
  )
}

async function callPython(
  t: TestContext,
  holdfast: Holdfast,
  cell: OurSide,
  target: readonly string[],
): Promise<void> {
  const run = { cell, tracing: 'mcp', target, tools: ['look', 'refuse'] }
  // The Python side exports by HTTP, and on stdio it has its client's environment.
  const { agent, calls } = await readReport(
    startMcpClient(t, run, holdfast, telemetryEnvironment('v2', holdfast)),
  )
  assert.ok(agent)
  const seen = JSON.parse(calls[0]?.text ?? '') as Sighting
  assert.equal(seen.activeTraceId, agent.traceId)
  // It arrives; that SDK does not make it the active one.
  assert.equal(seen.meta['baggage'], 'tenant=acme%20%26%20s%C3%B6hne')
  const out = cell.transport === 'stdio' ? 'mcp.meta' : 'mcp.meta and http.header'
  await waitForTraceTree(t, holdfast.queryUrl, agent.traceId, [
    'invoke_agent tester, internal, mcp-client',
    `  tools/call look, client, mcp-client, out by ${out}`,
    '    tools/call look, server, python-server',
    '      work of look, internal, python-server',
    `  tools/call refuse, client, mcp-client, out by ${out}, error "tool_error"`,
    '    tools/call refuse, server, python-server, error "tool_error"',
    '      work of refuse, internal, python-server',
  ])
}
