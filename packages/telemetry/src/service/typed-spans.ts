// The spans of typed calls: TelemetrySpan and what its kind of call can be told.
import * as names from '../conventions.ts'
import { recordsAll } from './content-policy.ts'
import type { ResultObserver } from './opened-span.ts'
import { readResponse } from './read-response.ts'
import { readUsage } from './read-usage.ts'
import { RecordedSpan } from './recorded-span.ts'
import { serialiseValue } from './serialise-value.ts'
import { outputMessagesOf } from './output-messages.ts'
import { StreamedMessages } from './streamed-messages.ts'
import { responseAttributes, usageAttributes } from './typed-attributes.ts'
import type { ModelCallSpan, RetrievalSpan, TokenUsage, ToolCallSpan } from './typed-calls.ts'

/** A span that records content of its own kind, under content capture `all`. */
class ContentSpan extends RecordedSpan {
  /** JSON text, or a text as it is: attributes that are objects would be lost in the SDK's 2.x. */
  setContent(name: string, make: () => unknown): this {
    return this.record('recording content', () => {
      if (!recordsAll(this.policy)) return
      const content = make()
      if (content === undefined) return
      const { text, truncated } = serialiseValue(content, this.policy.valueMaxChars)
      this.otelSpan.setAttribute(name, text)
      if (truncated) this.otelSpan.setAttribute(names.ATTR_HOLDFAST_CONTENT_TRUNCATED, true)
    })
  }
}

export class RecordedModelCall extends ContentSpan implements ModelCallSpan {
  #wasToldResponse = false
  #wasToldUsage = false
  /** Of a stream's chunks: counts only grow in them, and a later one may leave some out. */
  #usage: TokenUsage = {}
  #finishReasons: readonly string[] = []
  #streamed: StreamedMessages | undefined

  setResponse(response: object): this {
    this.#wasToldResponse = true
    return this.#readResponse(response)
  }

  setUsage(usage: object): this {
    this.#wasToldUsage = true
    return this.record('setUsage', () => {
      const counts = readUsage(usage)
      if (counts) this.setAttributes(usageAttributes(counts))
    })
  }

  /** What goes by is read, as far as nobody told of it. */
  observer(): ResultObserver {
    return {
      onResult: (value) => {
        if (!this.#wasToldResponse) this.#readResponse(value, this.#wasToldUsage)
      },
      onStream: () => {
        this.setAttributes({ [names.ATTR_GEN_AI_REQUEST_STREAM]: true })
        if (recordsAll(this.policy)) this.#streamed = new StreamedMessages(this.policy.valueMaxChars)
      },
      onFirstItem: (seconds) =>
        this.setAttributes({ [names.ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK]: seconds }),
      onItem: (item) => {
        if (!this.#wasToldResponse) this.#readChunk(item)
      },
      onEnd: () => {
        const messages = this.#wasToldResponse ? undefined : this.#streamed?.messages(this.#finishReasons)
        if (messages) this.setContent(names.ATTR_GEN_AI_OUTPUT_MESSAGES, () => messages)
      },
    }
  }

  #readResponse(response: unknown, withoutUsage = false): this {
    this.record('setResponse', () => {
      const facts = readResponse(response)
      if (facts === undefined) return
      const { usage, ...others } = facts
      this.setAttributes(responseAttributes(withoutUsage || usage === undefined ? others : facts))
    })
    return this.setContent(names.ATTR_GEN_AI_OUTPUT_MESSAGES, () => outputMessagesOf(response))
  }

  // Chunks say the same over and over; a later one completes an earlier one.
  #readChunk(item: unknown): void {
    this.#streamed?.add(item)
    const facts = readResponse(item)
    if (facts === undefined) return
    const { usage, ...others } = facts
    this.setAttributes(responseAttributes(others))
    if (others.finishReasons !== undefined) this.#finishReasons = others.finishReasons
    if (usage === undefined || this.#wasToldUsage) return
    this.#usage = largerOf(this.#usage, usage)
    this.setAttributes(usageAttributes(this.#usage))
  }
}

function largerOf(one: TokenUsage, other: TokenUsage): TokenUsage {
  const counts = new Map(Object.entries(one) as [string, number][])
  for (const [name, count] of Object.entries(other) as [string, number][]) {
    counts.set(name, Math.max(counts.get(name) ?? 0, count))
  }
  return Object.fromEntries(counts)
}

export class RecordedToolCall extends ContentSpan implements ToolCallSpan {
  #wasTold = false

  setResult(result: unknown): this {
    this.#wasTold = true
    return this.setContent(names.ATTR_GEN_AI_TOOL_CALL_RESULT, () => result)
  }

  observer(): ResultObserver {
    return {
      onResult: (value) => {
        if (!this.#wasTold && value !== undefined) this.setResult(value)
        if (isToolError(value)) this.markFailed('tool_error')
      },
    }
  }
}

export class RecordedRetrieval extends ContentSpan implements RetrievalSpan {
  setDocuments(documents: unknown): this {
    return this.setContent(names.ATTR_GEN_AI_RETRIEVAL_DOCUMENTS, () => documents)
  }
}

// An MCP tool tells its failure in its result (gen-ai/mcp.md: `error.type` is then `tool_error`).
function isToolError(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as { isError?: unknown }).isError === true
}

/** An agent's run records the messages it was given. */
export class RecordedAgentRun extends ContentSpan {}
