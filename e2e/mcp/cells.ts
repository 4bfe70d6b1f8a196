// What the matrix of MCP is made of: generations of the official SDK, the eras they speak, the transports of each era,
// and who of the two sides knows of tracing.

export type Transport = 'http' | 'sse' | 'stdio'

/** One way in which a client and a server of the same generation talk. */
export interface Cell {
  readonly title: string
  readonly sdk: 'v1' | 'v2'
  readonly era: '2025' | '2026'
  readonly transport: Transport
  /** Where the server program offers it; empty on stdio. */
  readonly path: string
  readonly protocolVersion: string | null
}

const modern = '2026-07-28'
const legacy = '2025-11-25'

export const cells: readonly Cell[] = [
  cell('SDK 1.x over Streamable HTTP', 'v1', '2025', 'http', '/mcp', null),
  cell('SDK 1.x over SSE', 'v1', '2025', 'sse', '/sse', null),
  cell('SDK 1.x over stdio', 'v1', '2025', 'stdio', '', null),
  cell('SDK 2.x, 2025 era, over Streamable HTTP with sessions', 'v2', '2025', 'http', '/session', legacy),
  cell('SDK 2.x, 2025 era, over Streamable HTTP, a server a request', 'v2', '2025', 'http', '/mcp', legacy),
  cell('SDK 2.x, 2025 era, over SSE', 'v2', '2025', 'sse', '/sse', legacy),
  cell('SDK 2.x, 2025 era, over stdio', 'v2', '2025', 'stdio', '', legacy),
  cell('SDK 2.x, 2026 era, over Streamable HTTP', 'v2', '2026', 'http', '/mcp', modern),
  cell('SDK 2.x, 2026 era, over stdio', 'v2', '2026', 'stdio', '', modern),
]

/** Modes of programs/tracing.ts for each process. */
export interface Sides {
  readonly title: string
  readonly client: string
  readonly server: string
}

/** For every cell. */
export const sides: readonly Sides[] = [
  { title: 'both sides', client: 'mcp', server: 'mcp' },
  { title: 'client only', client: 'mcp', server: 'none' },
  { title: 'server only', client: 'none', server: 'mcp' },
]

/** For the cells over HTTP: with the instrumentations of node:http and of fetch, which have propagation of their own. */
export const sidesUnderHttpInstrumentation: readonly Sides[] = [
  { title: 'both sides, under HTTP instrumentation', client: 'mcp,http', server: 'mcp,http' },
  { title: 'client only, under HTTP instrumentation', client: 'mcp,http', server: 'none' },
  { title: 'a client that only has HTTP instrumentation', client: 'http', server: 'mcp' },
  { title: 'a server that only has HTTP instrumentation', client: 'mcp', server: 'http' },
]

function cell(
  title: string,
  sdk: Cell['sdk'],
  era: Cell['era'],
  transport: Transport,
  path: string,
  protocolVersion: string | null,
): Cell {
  return { title, sdk, era, transport, path, protocolVersion }
}
