// What the trace of one agent's run has to be, for each pair of sides, and where the server has to see it go on and break.
import type { Cell, Sides } from './cells.ts'

/** The whole trace, as readTraceTree writes it. */
export function expectAgentTrace(cell: Cell, sides: Sides, tools: readonly string[]): string[] {
  return [
    'invoke_agent tester, internal, mcp-client',
    ...tools.flatMap((tool) => expectCall(cell, sides, tool)),
  ]
}

/** What a server makes of a call that came without context: a trace of its own. */
export function expectServerTrace(tool: string): string[] {
  return [serverSpan(tool, 'none'), `  ${toolSpan(tool)}`]
}

function expectCall(cell: Cell, sides: Sides, tool: string): string[] {
  const tree: string[] = []
  let indent = '  '
  const add = (line: string): number => tree.push(`${indent}${line}`)
  const isOverHttp = cell.transport !== 'stdio'

  if (sides.client.startsWith('mcp')) {
    add(
      `tools/call ${tool}, client, mcp-client, out by ${isOverHttp ? 'mcp.meta and http.header' : 'mcp.meta'}${toolError(tool)}`,
    )
  } else {
    add('POST, client, mcp-client')
  }
  indent += '  '
  if (sides.server.includes('http')) add('POST, server, mcp-server')
  if (sides.server.startsWith('mcp')) {
    const carrier = sides.client === 'http' ? 'http.header' : 'mcp.meta'
    add(serverSpan(tool, carrier, sides.server.includes('http') ? ', linked to POST' : ''))
    indent += '  '
    add(toolSpan(tool))
  } else if (sides.server === 'http') {
    indent += '  '
    add(toolSpan(tool))
  }
  return tree
}

function serverSpan(tool: string, carrier: string, link = ''): string {
  return `tools/call ${tool}, server, mcp-server, in by ${carrier}${link}${toolError(tool)}`
}

/** The span that the tool itself makes. */
function toolSpan(tool: string): string {
  return `work of ${tool}, internal, mcp-server${tool === 'crash' ? ', error "Error"' : ''}`
}

/** `refuse` answers with isError, `crash` throws, of which both SDKs make the same. */
function toolError(tool: string): string {
  return tool === 'look' ? '' : ', error "tool_error"'
}

/** Of an agent's trace, as readHops writes them. */
export function expectHops(sides: Sides, tools: readonly string[]): string[] {
  return tools
    .flatMap((tool) => {
      const call = `tools/call ${tool}`
      if (sides.server === 'none') return [`broken, no_server_span: ${call}`]
      if (sides.client === 'http') return [`joined, POST to ${call} by http.header`]
      const byHttp = `joined, ${call} to POST by null`
      const byMcp = `joined, ${call} to ${call} by mcp.meta`
      return [...(sides.server.includes('http') ? [byHttp] : []), ...(sides.server === 'http' ? [] : [byMcp])]
    })
    .toSorted()
}

/** Of a server's trace of its own. */
export function expectServerHops(tool: string): string[] {
  return [`broken, context_not_received: tools/call ${tool}`]
}
