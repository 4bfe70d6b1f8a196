// From what the typed helpers are told to the conventions' span names, kinds and attributes.
import { SpanKind } from '@opentelemetry/api'
import * as names from '../conventions.ts'
import type { AgentRun, EmbeddingsCall, ModelCall, Retrieval, TokenUsage, ToolCall } from './typed-calls.ts'
import type { ResponseFacts } from './read-response.ts'

/** How a typed span begins. All of it is there at its start, for samplers ("Inference": "SHOULD be provided at span creation time"). */
export interface TypedSpan {
  readonly name: string
  readonly kind: SpanKind
  readonly type: names.SpanType
  readonly attributes: Readonly<Record<string, unknown>>
}

/** gen-ai-spans.md, "Inference". */
export function describeModelCall(call: ModelCall): TypedSpan {
  const operation = call.operation ?? 'chat'
  return {
    name: nameOf(operation, call.model),
    kind: call.inProcess ? SpanKind.INTERNAL : SpanKind.CLIENT,
    type: 'CHAT_MODEL',
    attributes: {
      [names.ATTR_GEN_AI_OPERATION_NAME]: operation,
      [names.ATTR_GEN_AI_PROVIDER_NAME]: call.provider,
      [names.ATTR_GEN_AI_REQUEST_MODEL]: call.model,
      [names.ATTR_GEN_AI_CONVERSATION_ID]: call.conversationId,
      [names.ATTR_GEN_AI_OUTPUT_TYPE]: call.outputType,
      [names.ATTR_GEN_AI_REQUEST_MAX_TOKENS]: call.maxTokens,
      [names.ATTR_GEN_AI_REQUEST_TEMPERATURE]: call.temperature,
      [names.ATTR_GEN_AI_REQUEST_TOP_P]: call.topP,
      [names.ATTR_GEN_AI_REQUEST_TOP_K]: call.topK,
      [names.ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY]: call.frequencyPenalty,
      [names.ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY]: call.presencePenalty,
      [names.ATTR_GEN_AI_REQUEST_STOP_SEQUENCES]: call.stopSequences,
      [names.ATTR_GEN_AI_REQUEST_SEED]: call.seed,
      // "if the value is not 1", "if true": the defaults are not said.
      [names.ATTR_GEN_AI_REQUEST_CHOICE_COUNT]: call.choiceCount === 1 ? undefined : call.choiceCount,
      [names.ATTR_GEN_AI_REQUEST_STREAM]: call.stream || undefined,
      [names.ATTR_SERVER_ADDRESS]: call.serverAddress,
      [names.ATTR_SERVER_PORT]: call.serverPort,
      ...call.attributes,
    },
  }
}

/** gen-ai-spans.md, "Embeddings". */
export function describeEmbeddings(call: EmbeddingsCall): TypedSpan {
  return {
    name: nameOf('embeddings', call.model),
    kind: SpanKind.CLIENT,
    type: 'EMBEDDING',
    attributes: {
      [names.ATTR_GEN_AI_OPERATION_NAME]: 'embeddings',
      [names.ATTR_GEN_AI_PROVIDER_NAME]: call.provider,
      [names.ATTR_GEN_AI_REQUEST_MODEL]: call.model,
      [names.ATTR_GEN_AI_EMBEDDINGS_DIMENSION_COUNT]: call.dimensions,
      [names.ATTR_GEN_AI_REQUEST_ENCODING_FORMATS]: call.encodingFormats,
      [names.ATTR_SERVER_ADDRESS]: call.serverAddress,
      [names.ATTR_SERVER_PORT]: call.serverPort,
      ...call.attributes,
    },
  }
}

/** gen-ai-spans.md, "Retrievals". */
export function describeRetrieval(search: Retrieval): TypedSpan {
  return {
    name: nameOf('retrieval', search.dataSource),
    kind: SpanKind.CLIENT,
    type: 'RETRIEVER',
    attributes: {
      [names.ATTR_GEN_AI_OPERATION_NAME]: 'retrieval',
      [names.ATTR_GEN_AI_PROVIDER_NAME]: search.provider,
      [names.ATTR_GEN_AI_DATA_SOURCE_ID]: search.dataSource,
      [names.ATTR_GEN_AI_REQUEST_TOP_K]: search.topK,
      ...search.attributes,
    },
  }
}

/** gen-ai-spans.md, "Execute tool span". */
export function describeToolCall(call: ToolCall): TypedSpan {
  return {
    name: nameOf('execute_tool', call.name),
    kind: SpanKind.INTERNAL,
    type: 'TOOL',
    attributes: {
      [names.ATTR_GEN_AI_OPERATION_NAME]: 'execute_tool',
      [names.ATTR_GEN_AI_TOOL_NAME]: call.name,
      [names.ATTR_GEN_AI_TOOL_CALL_ID]: call.id,
      [names.ATTR_GEN_AI_TOOL_TYPE]: call.toolType ?? 'function',
      [names.ATTR_GEN_AI_TOOL_DESCRIPTION]: call.description,
      ...call.attributes,
    },
  }
}

/** gen-ai-agent-spans.md, "Invoke agent": CLIENT for one that runs elsewhere, INTERNAL for one in this process. */
export function describeAgentRun(run: AgentRun): TypedSpan {
  return {
    name: nameOf('invoke_agent', run.name),
    kind: run.remote ? SpanKind.CLIENT : SpanKind.INTERNAL,
    type: 'AGENT',
    attributes: {
      [names.ATTR_GEN_AI_OPERATION_NAME]: 'invoke_agent',
      [names.ATTR_GEN_AI_PROVIDER_NAME]: run.provider,
      [names.ATTR_GEN_AI_REQUEST_MODEL]: run.model,
      [names.ATTR_GEN_AI_AGENT_NAME]: run.name,
      [names.ATTR_GEN_AI_AGENT_ID]: run.id,
      [names.ATTR_GEN_AI_AGENT_DESCRIPTION]: run.description,
      [names.ATTR_GEN_AI_AGENT_VERSION]: run.version,
      [names.ATTR_GEN_AI_CONVERSATION_ID]: run.conversationId,
      ...run.attributes,
    },
  }
}

/** gen-ai-spans.md, "Inference": the response's attributes. */
export function responseAttributes(facts: ResponseFacts): Record<string, unknown> {
  return {
    [names.ATTR_GEN_AI_RESPONSE_ID]: facts.id,
    [names.ATTR_GEN_AI_RESPONSE_MODEL]: facts.model,
    [names.ATTR_GEN_AI_RESPONSE_FINISH_REASONS]: facts.finishReasons,
    ...(facts.usage && usageAttributes(facts.usage)),
  }
}

/** The registry's `gen_ai.usage.*`. */
export function usageAttributes(usage: TokenUsage): Record<string, unknown> {
  return {
    [names.ATTR_GEN_AI_USAGE_INPUT_TOKENS]: usage.inputTokens,
    [names.ATTR_GEN_AI_USAGE_OUTPUT_TOKENS]: usage.outputTokens,
    [names.ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS]: usage.cacheReadTokens,
    [names.ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS]: usage.cacheWriteTokens,
    [names.ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS]: usage.reasoningTokens,
  }
}

function nameOf(operation: string, target: string | undefined): string {
  return target === undefined || target === '' ? operation : `${operation} ${target}`
}
