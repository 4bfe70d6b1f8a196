// GenAI messages (`gen_ai.input.messages`: roles and parts) in the shape of OpenAI's chat API, which is the one that
// MLflow makes its previews of and draws as a conversation. What has no place in it stays a part as it was.
// The schemas: gen-ai-input-messages.json and gen-ai-output-messages.json of the GenAI conventions.

interface Message {
  readonly role: string
  readonly parts: readonly Part[]
}

type Part = Readonly<Record<string, unknown>>

interface ChatMessage {
  role: string
  content: unknown
  tool_calls?: readonly ToolCall[]
  tool_call_id?: string
}

interface ToolCall {
  readonly id: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: string }
}

/**
 * JSON text of `{"messages": […]}`; undefined when `messages` is not JSON of the conventions' shape.
 * @param messages JSON text, or the value itself where the SDK takes objects
 * @param systemInstructions of the same kind; a list of parts
 */
export function toChatMessages(messages: unknown, systemInstructions?: unknown): string | undefined {
  const list = readJson(messages)
  if (!Array.isArray(list) || list.length === 0 || !list.every(isMessage)) return undefined
  const system = readJson(systemInstructions)
  const before = Array.isArray(system) && system.every(isPart) ? [{ role: 'system', parts: system }] : []
  return JSON.stringify({ messages: [...before, ...list].flatMap(toChat) })
}

function toChat({ role, parts }: Message): ChatMessage[] {
  const responses = parts.filter((part) => part['type'] === 'tool_call_response').map(toToolMessage)
  const calls = parts.filter((part) => part['type'] === 'tool_call').map(toToolCall)
  const others = parts.filter((part) => part['type'] !== 'tool_call_response' && part['type'] !== 'tool_call')
  if (others.length === 0 && calls.length === 0) return responses
  const message: ChatMessage = { role, content: toContent(others) }
  if (calls.length > 0) message.tool_calls = calls
  return [message, ...responses]
}

function toContent(parts: readonly Part[]): unknown {
  if (parts.length === 0) return null
  if (parts.every((part) => part['type'] === 'text'))
    return parts.map((part) => asText(part['content'])).join('\n')
  return parts.map((part) =>
    part['type'] === 'text' ? { type: 'text', text: asText(part['content']) } : part,
  )
}

function toToolMessage(part: Part): ChatMessage {
  const content = asText(part['response'] ?? part['result'])
  return { role: 'tool', tool_call_id: asText(part['id']), content }
}

function toToolCall(part: Part): ToolCall {
  return {
    id: asText(part['id']),
    type: 'function',
    function: { name: asText(part['name']), arguments: asText(part['arguments']) },
  }
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false
  const { role, parts } = value as Partial<Message>
  return typeof role === 'string' && Array.isArray(parts) && parts.every(isPart)
}

function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readJson(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
