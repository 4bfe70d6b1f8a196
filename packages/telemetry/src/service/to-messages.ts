// Messages in the conventions' schema (gen-ai-input-messages.json, gen-ai-output-messages.json):
// [{role, parts: [{type, …}]}]. Takes them as OpenAI and Anthropic have them, or in that schema already; what is not
// known is passed on as it is. Of binary content only that it was there.
type Fields = Readonly<Record<string, unknown>>

/** Most messages that are looked at, from the newest backwards: an agent's history grows, and its end matters most. */
const maxMessages = 500

/** A list of messages, or one text of the user's. */
export function toMessages(messages: unknown, defaultRole = 'user'): unknown[] {
  if (typeof messages === 'string') return [{ role: defaultRole, parts: [textPart(messages)] }]
  const list = Array.isArray(messages) ? (messages as unknown[]) : [messages]
  return list.slice(-maxMessages).map((message) => toMessage(message, defaultRole))
}

/** System instructions: parts without a role. */
export function toParts(content: unknown): unknown[] {
  if (typeof content === 'string') return [textPart(content)]
  if (Array.isArray(content)) return content.map(toPart)
  return content === undefined || content === null ? [] : [toPart(content)]
}

/** The messages of a response, or undefined where it has none that are known. */
export function outputMessagesOf(response: unknown): unknown[] | undefined {
  if (typeof response !== 'object' || response === null) return undefined
  const fields = response as Fields
  if (fields['messages'] !== undefined) return toMessages(fields['messages'], 'assistant')
  const choices = fields['choices']
  if (Array.isArray(choices)) {
    const messages = choices.flatMap((choice: Fields | null) =>
      choice?.['message']
        ? [withReason(toMessage(choice['message'], 'assistant'), choice['finish_reason'])]
        : [],
    )
    return messages.length > 0 ? messages : undefined
  }
  if (fields['type'] === 'message' && Array.isArray(fields['content'])) {
    return [withReason(toMessage(fields, 'assistant'), fields['stop_reason'])]
  }
  if (fields['object'] === 'response' && Array.isArray(fields['output'])) {
    return (fields['output'] as unknown[]).map((item) => toMessage(item, 'assistant'))
  }
  return undefined
}

function withReason(message: object, reason: unknown): object {
  return typeof reason === 'string' ? { ...message, finish_reason: reason } : message
}

function toMessage(message: unknown, defaultRole: string): object {
  if (typeof message !== 'object' || message === null) {
    return { role: defaultRole, parts: typeof message === 'string' ? [textPart(message)] : [] }
  }
  const fields = message as Fields
  const role = typeof fields['role'] === 'string' ? fields['role'] : defaultRole
  if (Array.isArray(fields['parts'])) return fields
  if (role === 'tool' && fields['tool_call_id'] !== undefined) {
    return {
      role,
      parts: [{ type: 'tool_call_response', id: fields['tool_call_id'], response: fields['content'] }],
    }
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
      return { type: 'tool_call', id: fields['id'], name: fields['name'], arguments: fields['input'] }
    case 'tool_result':
      return { type: 'tool_call_response', id: fields['tool_use_id'], response: fields['content'] }
    case 'function_call':
      return {
        type: 'tool_call',
        id: fields['call_id'],
        name: fields['name'],
        arguments: parse(fields['arguments']),
      }
    case 'function_call_output':
      return { type: 'tool_call_response', id: fields['call_id'], response: fields['output'] }
    case 'image':
    case 'image_url':
    case 'input_image':
    case 'input_audio':
    case 'document':
      return { type: fields['type'], content: '[holdfast: binary content left out]' }
    default:
      return fields
  }
}

function toToolCall(call: unknown): object {
  const fields = (typeof call === 'object' && call !== null ? call : {}) as Fields
  const target = (fields['function'] ?? {}) as Fields
  return { type: 'tool_call', id: fields['id'], name: target['name'], arguments: parse(target['arguments']) }
}

/** Longer arguments stay text: parsing is work on the agent's time. */
const maxParsedChars = 65_536

// OpenAI has arguments as JSON text.
function parse(text: unknown): unknown {
  if (typeof text !== 'string' || text.length > maxParsedChars) return text
  try {
    return JSON.parse(text)
  } catch (error) {
    void error // not JSON: models do that; the text is what there is
    return text
  }
}
