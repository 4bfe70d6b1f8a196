// What a span is, in MLflow's words (`mlflow.spanType`), from the words of others. MLflow derives some of it itself, but
// not all of it, and each version a little more: what is written here is the same in all of them.
// MLflow's words: mlflow.org/docs/latest/genai/tracing/concepts/span, "Span Types".

const ofHoldfast: Readonly<Record<string, string>> = {
  CHAIN: 'CHAIN',
  AGENT: 'AGENT',
  TOOL: 'TOOL',
  RETRIEVER: 'RETRIEVER',
  CHAT_MODEL: 'CHAT_MODEL',
  EMBEDDING: 'EMBEDDING',
  PARSER: 'PARSER',
}

/** OpenInference, "openinference.span.kind". */
const ofOpenInference: Readonly<Record<string, string>> = {
  LLM: 'LLM',
  EMBEDDING: 'EMBEDDING',
  CHAIN: 'CHAIN',
  RETRIEVER: 'RETRIEVER',
  RERANKER: 'RERANKER',
  TOOL: 'TOOL',
  AGENT: 'AGENT',
  GUARDRAIL: 'GUARDRAIL',
  EVALUATOR: 'EVALUATOR',
}

/** GenAI conventions, "gen_ai.operation.name" (gen-ai-spans.md, gen-ai-agent-spans.md). */
const ofOperation: Readonly<Record<string, string>> = {
  chat: 'CHAT_MODEL',
  generate_content: 'LLM',
  text_completion: 'LLM',
  embeddings: 'EMBEDDING',
  retrieval: 'RETRIEVER',
  execute_tool: 'TOOL',
  create_agent: 'AGENT',
  invoke_agent: 'AGENT',
  plan: 'AGENT',
  invoke_workflow: 'WORKFLOW',
}

/** MCP, "mcp.method.name" (gen-ai/mcp.md). What lists or negotiates has no type. */
const ofMcpMethod: Readonly<Record<string, string>> = {
  'tools/call': 'TOOL',
  'resources/read': 'RETRIEVER',
}

/** OpenLLMetry, "traceloop.span.kind". */
const ofTraceloop: Readonly<Record<string, string>> = {
  workflow: 'WORKFLOW',
  task: 'TASK',
  agent: 'AGENT',
  tool: 'TOOL',
}

/** The first that says something wins. */
const dialects: readonly (readonly [key: string, words: Readonly<Record<string, string>>])[] = [
  ['holdfast.span.type', ofHoldfast],
  ['openinference.span.kind', ofOpenInference],
  ['gen_ai.operation.name', ofOperation],
  ['mcp.method.name', ofMcpMethod],
  ['traceloop.span.kind', ofTraceloop],
]

/** Undefined where nothing is known: MLflow then shows the span as of unknown type, or by a dialect of its own. */
export function findSpanType(attributes: Readonly<Record<string, unknown>>): string | undefined {
  for (const [key, words] of dialects) {
    const word = attributes[key]
    if (typeof word !== 'string') continue
    if (Object.hasOwn(words, word)) return words[word]
  }
  return undefined
}
