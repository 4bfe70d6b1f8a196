// The tree of spans that a question of the demo makes, and the tree that Holdfast has of it, both as sorted lines: starts are
// told in milliseconds, in which several stages may begin.
import { standInName } from '../../examples/text-to-sql-agent/src/model-stand-in/open-model-stand-in.ts'
import type { SpanItem } from '../../packages/server/src/query/contract.ts'

interface Node {
  readonly label: string
  readonly below: readonly Node[]
}

export interface Expected {
  readonly engine: 'spacy' | 'wink'
  /** How many tables the question was found to be about. */
  readonly tables: number
  readonly outcome: 'answered' | 'corrected' | 'failed'
}

const node = (label: string, below: readonly Node[] = []): Node => ({ label, below })
const agent = (name: string, below: readonly Node[] = [], failed = false): Node =>
  node(`${name}, internal, text-to-sql-agent${failed ? ', failed' : ''}`, below)

/** The agent's side, the server's in another process, and what that asked the database. */
function toolCall(tool: string, statements: readonly string[], failed = false): Node {
  const status = failed ? ', failed' : ''
  const selects = statements.map((table) => node(`SELECT ${table}, client, chinook-mcp-server${status}`))
  const server = node(`tools/call ${tool}, server, chinook-mcp-server${status}`, selects)
  return node(`tools/call ${tool}, client, text-to-sql-agent${status}`, [server])
}

const modelCall = node(`chat ${standInName}, client, text-to-sql-agent`)
const tryOnce = (stage: string, failed: boolean): Node[] => [
  agent(stage, [modelCall]),
  agent('validate-sql'),
  agent('execute-sql', [toolCall('execute_sql_query', ['chinook'], failed)], failed),
]

export function expectedTrace({ engine, tables, outcome }: Expected): string[] {
  const attempts = {
    answered: tryOnce('generate-sql', false),
    corrected: [...tryOnce('generate-sql', true), ...tryOnce('correct-sql', false)],
    failed: [
      ...tryOnce('generate-sql', true),
      ...tryOnce('correct-sql', true),
      ...tryOnce('correct-sql', true),
    ],
  }[outcome]
  const failed = outcome === 'failed'
  const tree = agent(
    'invoke_agent text-to-sql',
    [
      agent(`canonicalize.${engine}`),
      agent('retrieve-schema', [
        toolCall('list_tables', ['pg_class']),
        toolCall('search_relevant_tables', ['search.term', 'pg_class']),
        ...Array.from({ length: tables }, () => toolCall('get_table_schema', ['pg_class'])),
      ]),
      ...attempts,
      ...(failed ? [] : [agent('synthesize', [modelCall])]),
    ],
    failed,
  )
  return draw([tree])
}

/** The tree that Holdfast has. A span without its parent stands beside the root. */
export function drawTrace(spans: readonly SpanItem[]): string[] {
  const ids = new Set(spans.map(({ span_id }) => span_id))
  const belowOf = (parent: string | undefined): Node[] =>
    spans
      .filter(({ parent_span_id: id }) => (id !== null && ids.has(id) ? id : undefined) === parent)
      .map((span) => {
        const failed = span.status === 'error' ? ', failed' : ''
        return node(`${span.name}, ${span.kind}, ${span.service_name}${failed}`, belowOf(span.span_id))
      })
  return draw(belowOf(undefined))
}

function draw(nodes: readonly Node[], indent = ''): string[] {
  return nodes
    .map(({ label, below }) => [`${indent}${label}`, ...draw(below, `${indent}  `)])
    .sort((a, b) => (a.join('\n') < b.join('\n') ? -1 : 1))
    .flat()
}
