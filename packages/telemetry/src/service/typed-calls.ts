// What the typed helpers are told about a call, in an author's words; typed-attributes.ts turns it into the
// conventions' attributes.
import type { TelemetrySpan } from './telemetry-span.ts'

/** A call of a model. The parameters of the request are recorded where they are told. */
export interface ModelCall {
  /** `gen_ai.provider.name`: openai, anthropic, aws.bedrock, gcp.vertex_ai … */
  readonly provider: string
  /** `gen_ai.request.model`. */
  readonly model?: string
  /** `gen_ai.operation.name`; chat unless told. */
  readonly operation?: string
  /** Messages as sent, in the provider's form or the conventions'; recorded with content capture `all` only. */
  readonly messages?: unknown
  /** System instructions that are sent beside the messages; as `messages`. */
  readonly system?: unknown
  /** Definitions of the tools that the model may call; as `messages`. */
  readonly tools?: unknown
  readonly maxTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly frequencyPenalty?: number
  readonly presencePenalty?: number
  readonly stopSequences?: readonly string[]
  readonly seed?: number
  readonly choiceCount?: number
  /** Set by itself when the work gives an async iterable. */
  readonly stream?: boolean
  /** `gen_ai.output.type`: text, json, image, speech. */
  readonly outputType?: string
  readonly conversationId?: string
  /** Where the provider answers: `server.address`, `server.port`. */
  readonly serverAddress?: string
  readonly serverPort?: number
  /** The model runs in this process: kind INTERNAL. */
  readonly inProcess?: boolean
  readonly inputs?: unknown
  readonly attributes?: Readonly<Record<string, unknown>>
}

/** Tokens used, in the conventions' terms: `input` includes cached ones, `output` includes reasoning. */
export interface TokenUsage {
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly cacheReadTokens?: number
  readonly cacheWriteTokens?: number
  readonly reasoningTokens?: number
}

/** What a model answered, in neutral words. */
export interface ModelResponse {
  readonly id?: string
  readonly model?: string
  readonly finishReasons?: readonly string[]
  readonly usage?: TokenUsage | object
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
  readonly id?: string
  /** `gen_ai.tool.type`: function, extension or datastore. */
  readonly toolType?: string
  readonly description?: string
  /** Recorded with content capture `all` only; `inputs` always unless capture is `none`. */
  readonly arguments?: unknown
  readonly inputs?: unknown
  readonly attributes?: Readonly<Record<string, unknown>>
}

/** The span of a tool call. */
export interface ToolCallSpan extends TelemetrySpan {
  /** The tool's result; recorded with content capture `all` only. Without it, what the work returns. */
  setResult(result: unknown): this
}

/** A run of an agent. */
export interface AgentRun {
  readonly name?: string
  readonly id?: string
  readonly description?: string
  readonly version?: string
  /** `gen_ai.provider.name`, of a remote agent. */
  readonly provider?: string
  readonly model?: string
  readonly conversationId?: string
  /** The agent runs elsewhere: kind CLIENT. */
  readonly remote?: boolean
  readonly messages?: unknown
  readonly inputs?: unknown
  readonly attributes?: Readonly<Record<string, unknown>>
}

/** Embeddings of texts. */
export interface EmbeddingsCall {
  readonly provider: string
  readonly model?: string
  /** `gen_ai.embeddings.dimension.count`. */
  readonly dimensions?: number
  readonly encodingFormats?: readonly string[]
  readonly serverAddress?: string
  readonly serverPort?: number
  readonly inputs?: unknown
  readonly attributes?: Readonly<Record<string, unknown>>
}

/** A search in a data source. */
export interface Retrieval {
  /** `gen_ai.data_source.id`. */
  readonly dataSource?: string
  readonly provider?: string
  /** Recorded with content capture `all` only. */
  readonly query?: string
  readonly topK?: number
  readonly inputs?: unknown
  readonly attributes?: Readonly<Record<string, unknown>>
}

/** The span of a retrieval. */
export interface RetrievalSpan extends TelemetrySpan {
  /** The documents found; recorded with content capture `all` only. */
  setDocuments(documents: unknown): this
}
