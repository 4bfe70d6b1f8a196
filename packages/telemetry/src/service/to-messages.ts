// Messages in the conventions' schema (gen-ai-input-messages.json): [{role, parts: [{type, …}]}]. Takes them as OpenAI,
// Anthropic, Gemini and the AI SDK have them, or in that schema already; what is not known is passed on as it is. Of
// binary content only that it was there.
import { binaryMark, withoutBinary } from './without-binary.ts'

type Fields = Readonly<Record<string, unknown>>

/** Most messages that are looked at, from the newest backwards: an agent's history grows, and its end matters most. */
const maxMessages = 500

/** A list of messages, or one text of the user's. */
export function toMessages(messages: unknown, defaultRole = 'user'): object[] {
  if (typeof messages === 'string') return [{ role: defaultRole, parts: [textPart(messages)] }]
  const list = Array.isArray(messages) ? (messages as unknown[]) : [messages]
  return list.slice(-maxMessages).map((message) => toMessage(message, defaultRole))
}

/** System instructions, or the content of a message: parts without a role. */
export function toParts(content: unknown): unknown[] {
  if (typeof content === 'string') return [textPart(content)]
  if (Array.isArray(content)) return content.map(toPart)
  return content === undefined || content === null ? [] : [toPart(content)]
}

export function toMessage(message: unknown, defaultRole: string): object {
  if (typeof message !== 'object' || message === null) {
    return { role: defaultRole, parts: typeof message === 'string' ? [textPart(message)] : [] }
  }
  const fields = message as Fields
  const told = typeof fields['role'] === 'string' ? fields['role'] : defaultRole
  // Gemini's word.
  const role = told === 'model' ? 'assistant' : told
  if (Array.isArray(fields['parts'])) return { ...fields, role, parts: toParts(fields['parts']) }
  if (role === 'tool' && fields['tool_call_id'] !== undefined) {
    return { role, parts: [toolResponse(fields['tool_call_id'], fields['content'])] }
  }
  const type = fields['type']
  // An item of OpenAI's responses: a call or its output is a message of its own.
  if (type === 'function_call' || type === 'function_call_output' || type === 'reasoning') {
    return { role: type === 'function_call_output' ? 'tool' : role, parts: [toPart(fields)] }
  }
  const calls = Array.isArray(fields['tool_calls']) ? (fields['tool_calls'] as unknown[]) : []
  return { role, parts: [...toParts(fields['content']), ...calls.map(toToolCall)] }
}

function textPart(content: string): object {
  return { type: 'text', content }
}

function toPart(part: unknown): unknown {
  if (typeof part === 'string') return textPart(part)
  if (typeof part !== 'object' || part === null) return part
  const fields = part as Fields
  switch (fields['type']) {
    case 'text':
    case 'input_text':
    case 'output_text':
      return 'text' in fields ? { type: 'text', content: fields['text'] } : fields
    case 'thinking':
      return { type: 'reasoning', content: fields['thinking'] }
    case 'tool_use':
      return toolCall(fields['id'], fields['name'], fields['input'])
    case 'tool-call':
      return toolCall(fields['toolCallId'], fields['toolName'], fields['input'] ?? fields['args'])
    case 'function_call':
      return toolCall(fields['call_id'], fields['name'], fields['arguments'])
    case 'tool_result':
      return toolResponse(fields['tool_use_id'], fields['content'])
    case 'tool-result':
      return toolResponse(fields['toolCallId'], fields['output'] ?? fields['result'])
    case 'function_call_output':
      return toolResponse(fields['call_id'], fields['output'])
    case 'image':
    case 'image_url':
    case 'input_image':
    case 'input_audio':
    case 'document':
      return { type: fields['type'], content: binaryMark }
    case undefined:
      return toGeminiPart(fields) ?? withoutBinary(fields)
    default:
      return withoutBinary(fields)
  }
}

// Gemini's have no type, but one field that says what they are.
function toGeminiPart(fields: Fields): object | undefined {
  if (typeof fields['text'] === 'string') {
    return { type: fields['thought'] === true ? 'reasoning' : 'text', content: fields['text'] }
  }
  const call = fields['functionCall'] as Fields | null | undefined
  if (call) return toolCall(call['id'], call['name'], call['args'])
  const response = fields['functionResponse'] as Fields | null | undefined
  if (response) return toolResponse(response['id'] ?? response['name'], response['response'])
  return undefined
}

function toToolCall(call: unknown): object {
  const fields = (typeof call === 'object' && call !== null ? call : {}) as Fields
  const target = (fields['function'] ?? {}) as Fields
  return toolCall(fields['id'], target['name'], target['arguments'])
}

/** Arguments come as an object, or (OpenAI's) as JSON text. */
export function toolCall(id: unknown, name: unknown, given: unknown): object {
  return { type: 'tool_call', id, name, arguments: typeof given === 'string' ? new JsonText(given) : given }
}

function toolResponse(id: unknown, response: unknown): object {
  return { type: 'tool_call_response', id, response: withoutBinary(response) }
}

/** Longer arguments stay text: parsing is work on the agent's time. */
const maxParsedChars = 65_536

// Parsed only when it is written: what no longer fits into the attribute costs nothing.
class JsonText {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toJSON(): unknown {
    if (this.#text.length > maxParsedChars) return this.#text
    try {
      return JSON.parse(this.#text)
    } catch (error) {
      void error // not JSON: models do that; the text is what there is
      return this.#text
    }
  }
}
