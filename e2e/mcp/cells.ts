// What the matrix of MCP is made of: generations of the official SDK, the eras they speak, the transports of each era,
// and who of the two sides knows of tracing.

export type Transport = 'http' | 'sse' | 'stdio'

/** A generation of the official SDK. */
export type Sdk = 'v1' | 'v2'

/** One way in which a client and a server talk. */
export interface Cell {
  readonly title: string
  readonly sdk: Sdk
  readonly serverSdk: Sdk
  readonly era: '2025' | '2026'
  readonly transport: Transport
  /** Where the server program offers it; empty on stdio. */
  readonly path: string
  /** What they agree on; null where the SDK does not tell. */
  readonly protocolVersion: string | null
}

const modern = '2026-07-28'
const legacy = '2025-11-25'

export const cells: readonly Cell[] = [
  cell('SDK 1.x over Streamable HTTP', 'v1', 'v1', '2025', 'http', '/mcp', null),
  cell('SDK 1.x over SSE', 'v1', 'v1', '2025', 'sse', '/sse', null),
  cell('SDK 1.x over stdio', 'v1', 'v1', '2025', 'stdio', '', null),
  cell(
    'SDK 2.x, 2025 era, over Streamable HTTP with sessions',
    'v2',
    'v2',
    '2025',
    'http',
    '/session',
    legacy,
  ),
  cell(
    'SDK 2.x, 2025 era, over Streamable HTTP without sessions',
    'v2',
    'v2',
    '2025',
    'http',
    '/mcp',
    legacy,
  ),
  cell('SDK 2.x, 2025 era, over SSE', 'v2', 'v2', '2025', 'sse', '/sse', legacy),
  cell('SDK 2.x, 2025 era, over stdio', 'v2', 'v2', '2025', 'stdio', '', legacy),
  cell('SDK 2.x, 2026 era, over Streamable HTTP', 'v2', 'v2', '2026', 'http', '/mcp', modern),
  cell('SDK 2.x, 2026 era, over stdio', 'v2', 'v2', '2026', 'stdio', '', modern),
]

/** A client of one generation and a server of the other; a client of both eras finds out which one it has to speak. */
export const mixedCells: readonly Cell[] = [
  cell(
    'a client of SDK 1.x and a server of 2.x over Streamable HTTP',
    'v1',
    'v2',
    '2025',
    'http',
    '/mcp',
    null,
  ),
  cell('a client of SDK 1.x and a server of 2.x over stdio', 'v1', 'v2', '2025', 'stdio', '', null),
  cell(
    'a client of SDK 2.x and a server of 1.x over Streamable HTTP',
    'v2',
    'v1',
    '2026',
    'http',
    '/mcp',
    legacy,
  ),
  cell('a client of SDK 2.x and a server of 1.x over stdio', 'v2', 'v1', '2026', 'stdio', '', legacy),
]

/** Modes of programs/tracing.ts for each process. */
export interface Sides {
  readonly title: string
  readonly client: string
  readonly server: string
}

export const bothSides: Sides = { title: 'both sides', client: 'mcp', server: 'mcp' }

/** For every cell. */
export const sides: readonly Sides[] = [
  bothSides,
  { title: 'client only', client: 'mcp', server: 'none' },
  { title: 'server only', client: 'none', server: 'mcp' },
]

/** For the cells over HTTP: with the instrumentations of node:http and of fetch, which have propagation of their own. */
export const sidesUnderHttpInstrumentation: readonly Sides[] = [
  { title: 'both sides, under HTTP instrumentation', client: 'mcp,http', server: 'mcp,http' },
  { title: 'a client that only has HTTP instrumentation', client: 'http', server: 'mcp' },
  { title: 'a server that only has HTTP instrumentation', client: 'mcp', server: 'http' },
]

function cell(
  title: string,
  sdk: Sdk,
  serverSdk: Sdk,
  era: Cell['era'],
  transport: Transport,
  path: string,
  protocolVersion: string | null,
): Cell {
  return { title, sdk, serverSdk, era, transport, path, protocolVersion }
}
