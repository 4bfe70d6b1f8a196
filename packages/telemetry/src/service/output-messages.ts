// What a model answered, in the conventions' schema (gen-ai-output-messages.json): messages with their finish reason.
import { toMessage, toMessages, toParts } from './to-messages.ts'

type Fields = Readonly<Record<string, unknown>>

/** The messages of a whole response, or undefined where it has none that are known. */
export function outputMessagesOf(response: unknown): object[] | undefined {
  if (typeof response !== 'object' || response === null) return undefined
  const fields = response as Fields
  // A result of the AI SDK's streamText: reading its fields would read its streams.
  if ('textStream' in fields) return undefined
  if (fields['messages'] !== undefined) return toMessages(fields['messages'], 'assistant')
  // OpenAI's, and Gemini's.
  const choices = fields['choices'] ?? fields['candidates']
  if (Array.isArray(choices)) {
    const messages = choices.flatMap((choice: Fields | null) => {
      const message = choice?.['message'] ?? choice?.['content']
      if (!message) return []
      return [
        withReason(toMessage(message, 'assistant'), choice?.['finish_reason'] ?? choice?.['finishReason']),
      ]
    })
    return messages.length > 0 ? messages : undefined
  }
  if (fields['type'] === 'message' && Array.isArray(fields['content'])) {
    return [withReason(toMessage(fields, 'assistant'), fields['stop_reason'])]
  }
  if (fields['object'] === 'response' && Array.isArray(fields['output'])) {
    return (fields['output'] as unknown[]).map((item) => toMessage(item, 'assistant'))
  }
  return ofAiSdk(fields)
}

// generateText gives all messages in its response, a language model of the AI SDK parts without a role.
function ofAiSdk(fields: Fields): object[] | undefined {
  const reason = fields['finishReason']
  if (reason === undefined) return undefined
  const messages = (fields['response'] as Fields | null | undefined)?.['messages']
  if (Array.isArray(messages)) return toMessages(messages, 'assistant')
  const content = fields['content'] ?? fields['text']
  if (!Array.isArray(content) && typeof content !== 'string') return undefined
  return [withReason({ role: 'assistant', parts: toParts(content) }, reason)]
}

function withReason(message: object, reason: unknown): object {
  return typeof reason === 'string' ? { ...message, finish_reason: reason } : message
}
