// One MCP request or notification while it is under way, and the span that tells of it.
import { SpanStatusCode, type Attributes, type Span } from '@opentelemetry/api'
import {
  ATTR_ERROR_TYPE,
  ATTR_GEN_AI_TOOL_CALL_RESULT,
  ATTR_RPC_RESPONSE_STATUS_CODE,
} from '../conventions.ts'
import { boundedText, contentAttributes } from './bounded-text.ts'
import { isRecord, ownValue, type Message } from './mcp-shapes.ts'

const maxDescriptionChars = 512

export interface Call {
  readonly span: Span
  readonly method: string
  /** The response came, or was given: its outcome goes to the span, which ends (mcp.md, "error.type"). */
  respond(response: Message): void
  /** It ended another way: `errorType` is one of few words or the name of an error's class. */
  fail(errorType: string, description?: string): void
  /** A notification is delivered. */
  end(): void
}

export interface CallOptions {
  readonly isBorrowed: boolean
  readonly contentMaxChars: number
  readonly describesErrors: boolean
}

/**
 * `isBorrowed`: the span is another instrumentation's, which ends it and says whether it failed: this call may have been
 * the first of several tries. `contentMaxChars`: how much is recorded of a tool's result, 0 for nothing.
 * `describesErrors`: whether the message of an error is recorded.
 */
export function makeCall(span: Span, method: string, options: CallOptions): Call {
  let hasEnded = false
  const endWith = (
    attributes: Attributes,
    error?: { type: string; description?: string | undefined },
  ): void => {
    if (hasEnded) return
    hasEnded = true
    if (options.isBorrowed) {
      if (error === undefined) span.setAttributes(attributes)
      return
    }
    if (error !== undefined) attributes[ATTR_ERROR_TYPE] = boundedText(error.type, 128)
    span.setAttributes(attributes)
    if (error !== undefined) {
      const message = options.describesErrors ? error.description : undefined
      span.setStatus({
        code: SpanStatusCode.ERROR,
        ...(message === undefined ? {} : { message: boundedText(message, maxDescriptionChars) }),
      })
    }
    span.end()
  }
  return {
    span,
    method,
    respond: (response) => {
      const error = ownValue(response, 'error')
      if (isRecord(error)) {
        const code = textOf(error['code'])
        const message = error['message']
        endWith(
          { [ATTR_RPC_RESPONSE_STATUS_CODE]: boundedText(code, 32) },
          { type: code, description: typeof message === 'string' ? message : undefined },
        )
        return
      }
      const result = ownValue(response, 'result')
      const { contentMaxChars } = options
      const attributes =
        method === 'tools/call'
          ? contentAttributes(ATTR_GEN_AI_TOOL_CALL_RESULT, result, contentMaxChars)
          : {}
      const isToolError = method === 'tools/call' && ownValue(result, 'isError') === true
      endWith(attributes, isToolError ? { type: 'tool_error' } : undefined)
    },
    fail: (errorType, description) => endWith({}, { type: errorType, description }),
    end: () => endWith({}),
  }
}

function textOf(code: unknown): string {
  return typeof code === 'number' || typeof code === 'string' ? String(code) : '_OTHER'
}

/** A low-cardinality name for what was thrown: its class. */
export function errorTypeOf(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER'
  return error.name !== 'Error' ? error.name : (error.constructor.name ?? 'Error')
}
