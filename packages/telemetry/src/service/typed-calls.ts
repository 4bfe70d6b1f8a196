// What the typed helpers are told about a call, in an author's words; typed-attributes.ts turns it into the
// conventions' attributes.
import type { TelemetrySpan } from './telemetry-span.ts'

/** A call of a model. The parameters of the request are recorded where they are told. */
export interface ModelCall {
  /** `gen_ai.provider.name`: openai, anthropic, aws.bedrock, gcp.vertex_ai … */
  readonly provider: string
  /** `gen_ai.request.model`. */
  readonly model?: string | undefined
  /** `gen_ai.operation.name`; chat unless told. */
  readonly operation?: string | undefined
  /** Messages as sent, in the provider's form or the conventions'; recorded with content capture `all` only. */
  readonly messages?: unknown
  /** System instructions that are sent beside the messages; as `messages`. */
  readonly system?: unknown
  /** Definitions of the tools that the model may call; as `messages`. */
  readonly tools?: unknown
  readonly maxTokens?: number | undefined
  readonly temperature?: number | undefined
  readonly topP?: number | undefined
  readonly topK?: number | undefined
  readonly frequencyPenalty?: number | undefined
  readonly presencePenalty?: number | undefined
  readonly stopSequences?: readonly string[] | undefined
  readonly seed?: number | undefined
  readonly choiceCount?: number | undefined
  /** Set by itself when the work gives an async iterable. */
  readonly stream?: boolean | undefined
  /** `gen_ai.output.type`: text, json, image, speech. */
  readonly outputType?: string | undefined
  readonly conversationId?: string | undefined
  /** Where the provider answers: `server.address`, `server.port`. */
  readonly serverAddress?: string | undefined
  readonly serverPort?: number | undefined
  /** The model runs in this process: kind INTERNAL. */
  readonly inProcess?: boolean | undefined
  readonly inputs?: unknown
  readonly attributes?: Readonly<Record<string, unknown>> | undefined
}

/** Tokens used, in the conventions' terms: `input` includes cached ones, `output` includes reasoning. */
export interface TokenUsage {
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
  readonly cacheReadTokens?: number | undefined
  readonly cacheWriteTokens?: number | undefined
  readonly reasoningTokens?: number | undefined
}

/** What a model answered, in neutral words. */
export interface ModelResponse {
  readonly id?: string | undefined
  readonly model?: string | undefined
  readonly finishReasons?: readonly string[] | undefined
  readonly usage?: TokenUsage | object | undefined
  /** Recorded with content capture `all` only. */
  readonly messages?: unknown
}

/** The span of a model call or of embeddings. */
export interface ModelCallSpan extends TelemetrySpan {
  /**
   * Records the response: id, model, finish reasons, usage, and with content capture `all` its messages. Takes
   * `ModelResponse` and the response objects of OpenAI (chat, responses), Anthropic, Gemini and the AI SDK.
   * Without it, what the work returns is read, if it is one of these; of a stream, its chunks.
   */
  setResponse(response: ModelResponse | object): this
  /** Records tokens only: `TokenUsage`, or the usage object of one of these providers. */
  setUsage(usage: TokenUsage | object): this
}

/** The execution of a tool. */
export interface ToolCall {
  readonly name: string
  /** `gen_ai.tool.call.id`. */
  readonly id?: string | undefined
  /** `gen_ai.tool.type`: function, extension or datastore. */
  readonly toolType?: string | undefined
  readonly description?: string | undefined
  /** Recorded with content capture `all` only; `inputs` always unless capture is `none`. */
  readonly arguments?: unknown
  readonly inputs?: unknown
  readonly attributes?: Readonly<Record<string, unknown>> | undefined
}

/** The span of a tool call. */
export interface ToolCallSpan extends TelemetrySpan {
  /** The tool's result; recorded with content capture `all` only. Without it, what the work returns. */
  setResult(result: unknown): this
}

/** A run of an agent. */
export interface AgentRun {
  readonly name?: string | undefined
  readonly id?: string | undefined
  readonly description?: string | undefined
  readonly version?: string | undefined
  /** `gen_ai.provider.name`, of a remote agent. */
  readonly provider?: string | undefined
  readonly model?: string | undefined
  readonly conversationId?: string | undefined
  /** The agent runs elsewhere: kind CLIENT. */
  readonly remote?: boolean | undefined
  readonly messages?: unknown
  readonly inputs?: unknown
  readonly attributes?: Readonly<Record<string, unknown>> | undefined
}

/** Embeddings of texts. */
export interface EmbeddingsCall {
  readonly provider: string
  readonly model?: string | undefined
  /** `gen_ai.embeddings.dimension.count`. */
  readonly dimensions?: number | undefined
  readonly encodingFormats?: readonly string[] | undefined
  readonly serverAddress?: string | undefined
  readonly serverPort?: number | undefined
  readonly inputs?: unknown
  readonly attributes?: Readonly<Record<string, unknown>> | undefined
}

/** A search in a data source. */
export interface Retrieval {
  /** `gen_ai.data_source.id`. */
  readonly dataSource?: string | undefined
  readonly provider?: string | undefined
  /** Recorded with content capture `all` only. */
  readonly query?: string | undefined
  readonly topK?: number | undefined
  readonly inputs?: unknown
  readonly attributes?: Readonly<Record<string, unknown>> | undefined
}

/** The span of a retrieval. */
export interface RetrievalSpan extends TelemetrySpan {
  /** The documents found; recorded with content capture `all` only. */
  setDocuments(documents: unknown): this
}
