// Attribute names, as the conventions spell them, and what is Holdfast's own. Nothing else in the package writes
// such a name by hand. GenAI and MCP: github.com/open-telemetry/semantic-conventions-genai (status: development);
// the constants of `@opentelemetry/semantic-conventions` are deprecated there and behind.

// GenAI spans, attributes of the operation (gen-ai-spans.md, "Inference", "Embeddings", "Retrievals", "Execute tool span").
export const ATTR_GEN_AI_OPERATION_NAME = 'gen_ai.operation.name'
export const ATTR_GEN_AI_PROVIDER_NAME = 'gen_ai.provider.name'
export const ATTR_GEN_AI_OUTPUT_TYPE = 'gen_ai.output.type'
export const ATTR_GEN_AI_CONVERSATION_ID = 'gen_ai.conversation.id'

// The request (gen-ai-spans.md, "Inference").
export const ATTR_GEN_AI_REQUEST_MODEL = 'gen_ai.request.model'
export const ATTR_GEN_AI_REQUEST_MAX_TOKENS = 'gen_ai.request.max_tokens'
export const ATTR_GEN_AI_REQUEST_TEMPERATURE = 'gen_ai.request.temperature'
export const ATTR_GEN_AI_REQUEST_TOP_P = 'gen_ai.request.top_p'
export const ATTR_GEN_AI_REQUEST_TOP_K = 'gen_ai.request.top_k'
export const ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY = 'gen_ai.request.frequency_penalty'
export const ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY = 'gen_ai.request.presence_penalty'
export const ATTR_GEN_AI_REQUEST_STOP_SEQUENCES = 'gen_ai.request.stop_sequences'
export const ATTR_GEN_AI_REQUEST_SEED = 'gen_ai.request.seed'
export const ATTR_GEN_AI_REQUEST_CHOICE_COUNT = 'gen_ai.request.choice.count'
export const ATTR_GEN_AI_REQUEST_STREAM = 'gen_ai.request.stream'
export const ATTR_GEN_AI_REQUEST_ENCODING_FORMATS = 'gen_ai.request.encoding_formats'
export const ATTR_GEN_AI_EMBEDDINGS_DIMENSION_COUNT = 'gen_ai.embeddings.dimension.count'

// The response and what it used (gen-ai-spans.md, "Inference"; gen-ai registry, "usage").
export const ATTR_GEN_AI_RESPONSE_ID = 'gen_ai.response.id'
export const ATTR_GEN_AI_RESPONSE_MODEL = 'gen_ai.response.model'
export const ATTR_GEN_AI_RESPONSE_FINISH_REASONS = 'gen_ai.response.finish_reasons'
/** Seconds from the request to the first chunk of a stream. */
export const ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK = 'gen_ai.response.time_to_first_chunk'
/** Includes cached tokens. */
export const ATTR_GEN_AI_USAGE_INPUT_TOKENS = 'gen_ai.usage.input_tokens'
/** Includes reasoning. */
export const ATTR_GEN_AI_USAGE_OUTPUT_TOKENS = 'gen_ai.usage.output_tokens'
export const ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS = 'gen_ai.usage.cache_read.input_tokens'
/** Called `cache_creation` before the convention renamed it. */
export const ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS = 'gen_ai.usage.cache_write.input_tokens'
export const ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS = 'gen_ai.usage.reasoning.output_tokens'

// Content, only where its capture is switched on (gen-ai-spans.md, "Capturing instructions, inputs, and outputs").
export const ATTR_GEN_AI_INPUT_MESSAGES = 'gen_ai.input.messages'
export const ATTR_GEN_AI_OUTPUT_MESSAGES = 'gen_ai.output.messages'
export const ATTR_GEN_AI_SYSTEM_INSTRUCTIONS = 'gen_ai.system_instructions'
export const ATTR_GEN_AI_TOOL_DEFINITIONS = 'gen_ai.tool.definitions'
export const ATTR_GEN_AI_TOOL_CALL_ARGUMENTS = 'gen_ai.tool.call.arguments'
export const ATTR_GEN_AI_TOOL_CALL_RESULT = 'gen_ai.tool.call.result'
export const ATTR_GEN_AI_RETRIEVAL_QUERY_TEXT = 'gen_ai.retrieval.query.text'
export const ATTR_GEN_AI_RETRIEVAL_DOCUMENTS = 'gen_ai.retrieval.documents'

// Tools, agents, data sources (gen-ai-agent-spans.md; gen-ai-spans.md, "Execute tool span", "Retrievals").
export const ATTR_GEN_AI_TOOL_NAME = 'gen_ai.tool.name'
export const ATTR_GEN_AI_TOOL_CALL_ID = 'gen_ai.tool.call.id'
export const ATTR_GEN_AI_TOOL_TYPE = 'gen_ai.tool.type'
export const ATTR_GEN_AI_TOOL_DESCRIPTION = 'gen_ai.tool.description'
export const ATTR_GEN_AI_AGENT_ID = 'gen_ai.agent.id'
export const ATTR_GEN_AI_AGENT_NAME = 'gen_ai.agent.name'
export const ATTR_GEN_AI_AGENT_DESCRIPTION = 'gen_ai.agent.description'
export const ATTR_GEN_AI_AGENT_VERSION = 'gen_ai.agent.version'
export const ATTR_GEN_AI_DATA_SOURCE_ID = 'gen_ai.data_source.id'
export const ATTR_GEN_AI_PROMPT_NAME = 'gen_ai.prompt.name'

// MCP (gen-ai/mcp.md, "Client", "Server") and JSON-RPC (rpc/json-rpc.md).
export const ATTR_MCP_METHOD_NAME = 'mcp.method.name'
export const ATTR_MCP_PROTOCOL_VERSION = 'mcp.protocol.version'
export const ATTR_MCP_SESSION_ID = 'mcp.session.id'
export const ATTR_MCP_RESOURCE_URI = 'mcp.resource.uri'
export const ATTR_JSONRPC_REQUEST_ID = 'jsonrpc.request.id'
export const ATTR_JSONRPC_PROTOCOL_VERSION = 'jsonrpc.protocol.version'
export const ATTR_RPC_RESPONSE_STATUS_CODE = 'rpc.response.status_code'

// General (general/attributes.md, general/session.md, registry: error, network, server, user).
export const ATTR_ERROR_TYPE = 'error.type'
export const ATTR_NETWORK_TRANSPORT = 'network.transport'
export const ATTR_NETWORK_PROTOCOL_NAME = 'network.protocol.name'
export const ATTR_SERVER_ADDRESS = 'server.address'
export const ATTR_SERVER_PORT = 'server.port'
export const ATTR_SESSION_ID = 'session.id'
export const ATTR_USER_ID = 'user.id'

// OpenInference: a span's input and output as text, and what the text is (openinference semantic_conventions.md).
export const ATTR_INPUT_VALUE = 'input.value'
export const ATTR_INPUT_MIME_TYPE = 'input.mime_type'
export const ATTR_OUTPUT_VALUE = 'output.value'
export const ATTR_OUTPUT_MIME_TYPE = 'output.mime_type'

// Holdfast's own.
/** True on the copy of a span that was sent before the span ended; its end time is 0. */
export const ATTR_HOLDFAST_SPAN_RUNNING = 'holdfast.span.running'
/** CHAIN, AGENT, TOOL, RETRIEVER, CHAT_MODEL, EMBEDDING or PARSER, on every span of TelemetryService. */
export const ATTR_HOLDFAST_SPAN_TYPE = 'holdfast.span.type'
/** True where the recorded input is not all of it, or was written another way than it was. */
export const ATTR_HOLDFAST_INPUT_TRUNCATED = 'holdfast.input.truncated'
/** The same of the output. */
export const ATTR_HOLDFAST_OUTPUT_TRUNCATED = 'holdfast.output.truncated'
/** True where messages, tool arguments or a tool's result are not all recorded. */
export const ATTR_HOLDFAST_CONTENT_TRUNCATED = 'holdfast.content.truncated'
/** True where a stream ended because its consumer stopped reading. */
export const ATTR_HOLDFAST_STREAM_ABANDONED = 'holdfast.stream.abandoned'
/** How many items a stream gave. */
export const ATTR_HOLDFAST_STREAM_ITEM_COUNT = 'holdfast.stream.item_count'
/** Prefix of what `updateCurrentTrace` was told that has no name of its own. */
export const ATTR_HOLDFAST_TRACE_TAG_PREFIX = 'holdfast.trace.tag.'
/** On MCP SERVER spans, what carried the parent: `mcp.meta`, `http.header` or `none`. */
export const ATTR_HOLDFAST_CONTEXT_CARRIER = 'holdfast.context.carrier'
/** On MCP CLIENT spans, into what the context was written: an array of the same words. */
export const ATTR_HOLDFAST_CONTEXT_INJECTED = 'holdfast.context.injected'

/** What a span is, in an agent's words; `holdfast.span.type`. MLflow's UI has the same words. */
export type SpanType = 'CHAIN' | 'AGENT' | 'TOOL' | 'RETRIEVER' | 'CHAT_MODEL' | 'EMBEDDING' | 'PARSER'

/** `gen_ai.operation.name` of the types for which the conventions have one, and an attribute they require beside it. */
export const operationOfSpanType: Readonly<
  Partial<Record<SpanType, { readonly operation: string; readonly requires?: string }>>
> = {
  AGENT: { operation: 'invoke_agent' },
  TOOL: { operation: 'execute_tool', requires: ATTR_GEN_AI_TOOL_NAME },
  RETRIEVER: { operation: 'retrieval' },
  CHAT_MODEL: { operation: 'chat', requires: ATTR_GEN_AI_PROVIDER_NAME },
  EMBEDDING: { operation: 'embeddings', requires: ATTR_GEN_AI_PROVIDER_NAME },
}
