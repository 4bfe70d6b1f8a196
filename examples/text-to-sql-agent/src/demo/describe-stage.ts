import { styleText } from 'node:util'
import type { McpServerProgram } from './mcp-server-program.ts'
import type { Model } from './model-program.ts'
import type { RunningHoldfast } from './start-holdfast.ts'

/** For who finds the addresses dead. */
export function describeEnd(dataDir: string): string[] {
  return [
    'Holdfast ends now, and its addresses with it. What it recorded stays. To open them again:',
    `  HOLDFAST_DATA_DIR=${quote(dataDir)} make run`,
    'or let the demo stay the next time:',
    '  make demo ARGS=--stay',
  ]
}

function quote(path: string): string {
  return /^[\w/.-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}

/** Who is there, before the first question. */
export function describeStage(stage: {
  readonly holdfast: RunningHoldfast
  readonly mcpServer: McpServerProgram
  readonly model: Model
  readonly engine: 'spacy' | 'wink'
}): string[] {
  const { takenPorts } = stage.holdfast
  const others = takenPorts.length === 0 ? '' : ` (other programs have ${takenPorts.join(', ')})`
  const pairs = [
    ['Holdfast', `${stage.holdfast.queryUrl}, OTLP/gRPC ${stage.holdfast.otlpGrpcUrl}${others}`],
    ['MCP server', stage.mcpServer.place],
    ['model', stage.model.name],
    ['canonical form', stage.engine === 'spacy' ? 'by spaCy' : 'by wink, in JavaScript'],
  ] as const
  return ['', ...pairs.map(([name, value]) => `${styleText('dim', name.padStart(14))}  ${value}`), '']
}
