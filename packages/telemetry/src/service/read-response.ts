// What a model's response says, in whichever of the common shapes it comes: OpenAI (chat completions and responses),
// Anthropic, Gemini, the AI SDK, and Holdfast's own ModelResponse; whole, or a chunk of a stream. Only the fields named
// here are looked at.
import { readUsage } from './read-usage.ts'
import type { TokenUsage } from './typed-calls.ts'

type Fields = Readonly<Record<string, unknown>>

/** What was found; nothing is made up. */
export interface ResponseFacts {
  readonly id?: string
  readonly model?: string
  readonly finishReasons?: readonly string[]
  readonly usage?: TokenUsage
}

/** Undefined when the value is no response of a model: nothing of it was recognised. */
export function readResponse(value: unknown): ResponseFacts | undefined {
  const fields = asFields(value)
  // A result of the AI SDK's streamText is read by reading its fields: its streams would be consumed.
  if (fields === undefined || 'textStream' in fields) return undefined
  // Wrapped: events of Anthropic's and of OpenAI's response streams, and the AI SDK's own envelope.
  const inner = asFields(fields['message']) ?? asFields(fields['response'])
  const outer = readFields(fields)
  const wrapped = inner && isStreamEvent(fields) ? readFields(inner) : undefined
  const facts = { ...readIdentity(fields, outer, inner), ...wrapped, ...outer }
  return Object.keys(facts).length > 0 ? facts : undefined
}

// The AI SDK has id and model beside the rest, in `response`.
function readIdentity(fields: Fields, outer: ResponseFacts, inner: Fields | undefined): ResponseFacts {
  const isAiSdk = 'finishReason' in fields && outer.finishReasons !== undefined
  const [id, model] = isAiSdk ? [textOf(inner?.['id']), textOf(inner?.['modelId'])] : []
  return { ...(id !== undefined && { id }), ...(model !== undefined && { model }) }
}

function readFields(fields: Fields): ResponseFacts {
  const usage = readUsage(fields['usage'] ?? fields['usageMetadata'] ?? fields['totalUsage'])
  const reasons = readFinishReasons(fields)
  // An id and a model alone do not make a response: agents return many objects with an id.
  const isResponse = usage !== undefined || reasons.length > 0 || looksLikeResponse(fields)
  const id = isResponse ? (textOf(fields['id']) ?? textOf(fields['responseId'])) : undefined
  const model = isResponse ? (textOf(fields['model']) ?? textOf(fields['modelVersion'])) : undefined
  return {
    ...(id !== undefined && { id }),
    ...(model !== undefined && { model }),
    ...(reasons.length > 0 && { finishReasons: reasons }),
    ...(usage !== undefined && { usage }),
  }
}

const objects = new Set(['chat.completion', 'chat.completion.chunk', 'response', 'text_completion', 'list'])

function looksLikeResponse(fields: Fields): boolean {
  const kind = textOf(fields['object'])
  return (
    (kind !== undefined && objects.has(kind)) ||
    fields['type'] === 'message' ||
    Array.isArray(fields['candidates'])
  )
}

const events = /^(message_|response\.)/

function isStreamEvent(fields: Fields): boolean {
  const type = textOf(fields['type'])
  return type !== undefined && events.test(type)
}

function readFinishReasons(fields: Fields): string[] {
  const delta = asFields(fields['delta'])
  const single =
    textOf(fields['stop_reason']) ??
    textOf(fields['finishReason']) ??
    (delta && textOf(delta['stop_reason'])) ??
    (fields['object'] === 'response' ? readResponseStatus(fields) : undefined)
  if (single !== undefined) return [single]
  const several = fields['finishReasons']
  if (Array.isArray(several)) return several.filter((reason) => typeof reason === 'string')
  const choices = fields['choices'] ?? fields['candidates']
  if (!Array.isArray(choices)) return []
  return choices.slice(0, 128).flatMap((choice: unknown) => {
    const reason = textOf(asFields(choice)?.['finish_reason']) ?? textOf(asFields(choice)?.['finishReason'])
    return reason === undefined ? [] : [reason]
  })
}

// OpenAI's responses have a status, and a reason only where they are incomplete.
function readResponseStatus(fields: Fields): string | undefined {
  const reason = textOf(asFields(fields['incomplete_details'])?.['reason'])
  return reason ?? (fields['status'] === 'completed' ? 'stop' : undefined)
}

function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= 1024 ? value : undefined
}
