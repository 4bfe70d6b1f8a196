// What a model answered piece by piece, put together again. Knows the streams of OpenAI (chat and responses), Anthropic,
// Gemini and the AI SDK, and streams of plain text; keeps no more than will be recorded.
import { outputMessagesOf } from './output-messages.ts'
import { toParts, toolCall } from './to-messages.ts'

type Fields = Readonly<Record<string, unknown>>
type Kind = 'text' | 'reasoning' | 'tool_call'

/** More pieces belong to no answer. */
const maxParts = 1000

/** A piece that came: of the part `key` of the message `choice`. Either `text` goes on, or `whole` is all of it. */
interface Piece {
  readonly choice: number
  readonly key: string
  readonly kind: Kind
  readonly text?: string
  readonly id?: unknown
  readonly name?: unknown
  readonly whole?: unknown
}

interface Part {
  readonly choice: number
  readonly kind: Kind
  readonly whole: unknown
  id: unknown
  name: unknown
  text: string
}

export class StreamedMessages {
  #parts = new Map<string, Part>()
  #charsLeft: number
  #finished: object[] | undefined

  /** One character more than is recorded, so that it shows that there were more. */
  constructor(maxChars: number) {
    this.#charsLeft = maxChars + 1
  }

  add(item: unknown): void {
    if (isFields(item)) {
      // OpenAI's responses end with all of it.
      const finished = isFields(item['response']) ? outputMessagesOf(item['response']) : undefined
      if (finished !== undefined && finished.length > 0) this.#finished = finished
    }
    for (const piece of piecesOf(item)) this.#addPiece(piece)
  }

  /** Undefined where nothing was recognised. */
  messages(finishReasons: readonly string[] = []): object[] | undefined {
    if (this.#finished !== undefined) return this.#finished
    const messages = new Map<number, unknown[]>()
    for (const part of this.#parts.values()) {
      const parts = messages.get(part.choice) ?? []
      messages.set(part.choice, parts)
      parts.push(...writePart(part))
    }
    if (messages.size === 0) return undefined
    return [...messages].map(([choice, parts]) => {
      const reason = finishReasons[choice]
      return { role: 'assistant', parts, ...(reason !== undefined && { finish_reason: reason }) }
    })
  }

  #addPiece({ choice, key, kind, text = '', id, name, whole }: Piece): void {
    const address = `${choice} ${kind} ${whole === undefined ? key : this.#parts.size}`
    let part = this.#parts.get(address)
    if (part === undefined) {
      if (this.#parts.size >= maxParts || this.#charsLeft <= 0) return
      part = { choice, kind, whole, id, name, text: '' }
      this.#parts.set(address, part)
    }
    part.id ??= id
    part.name ??= name
    const kept = text.slice(0, this.#charsLeft)
    part.text += kept
    this.#charsLeft -= kept.length
  }
}

function writePart({ kind, text, id, name, whole }: Part): unknown[] {
  if (whole !== undefined) return toParts([whole])
  if (kind === 'tool_call') return [toolCall(id, name, text)]
  return text === '' ? [] : [{ type: kind, content: text }]
}

function piecesOf(item: unknown): Piece[] {
  if (typeof item === 'string') return [{ choice: 0, key: '', kind: 'text', text: item }]
  if (!isFields(item)) return []
  if (Array.isArray(item['choices'])) return item['choices'].flatMap(ofChoice)
  if (Array.isArray(item['candidates'])) return item['candidates'].flatMap(ofCandidate)
  const type = item['type']
  if (typeof type !== 'string') return []
  if (type.startsWith('content_block_')) return ofBlock(item)
  if (type === 'tool-call') return [{ choice: 0, key: '', kind: 'tool_call', whole: item }]
  // OpenAI's `response.output_text.delta`, the AI SDK's `text-delta` and `reasoning-delta`.
  const kind = /^(?:response\.output_)?(text|reasoning)[.-]delta$/.exec(type)?.[1] as Kind | undefined
  const text = [item['text'], item['delta'], item['textDelta']].find((one) => typeof one === 'string')
  return kind === undefined || text === undefined ? [] : [{ choice: 0, key: textOf(item['id']), kind, text }]
}

function ofChoice(choice: unknown, position: number): Piece[] {
  if (!isFields(choice)) return []
  const index = typeof choice['index'] === 'number' ? choice['index'] : position
  const delta = isFields(choice['delta']) ? choice['delta'] : {}
  const calls: unknown[] = Array.isArray(delta['tool_calls']) ? delta['tool_calls'] : []
  return [
    ...piece(index, 'reasoning', delta['reasoning_content'] ?? delta['reasoning']),
    ...piece(index, 'text', delta['content'] ?? choice['text']),
    ...calls.filter(isFields).map((call, place): Piece => {
      const target = isFields(call['function']) ? call['function'] : {}
      const key = String(typeof call['index'] === 'number' ? call['index'] : place)
      const text = textOf(target['arguments'])
      return { choice: index, key, kind: 'tool_call', id: call['id'], name: target['name'], text }
    }),
  ]
}

function ofCandidate(candidate: unknown, position: number): Piece[] {
  const content = isFields(candidate) ? candidate['content'] : undefined
  const parts: unknown[] = isFields(content) && Array.isArray(content['parts']) ? content['parts'] : []
  return parts.filter(isFields).flatMap((part): Piece[] => {
    if (typeof part['text'] !== 'string') {
      return [{ choice: position, key: '', kind: 'tool_call', whole: part }]
    }
    return piece(position, part['thought'] === true ? 'reasoning' : 'text', part['text'])
  })
}

// Anthropic's: the block says what it is, its deltas what is in it.
function ofBlock(event: Fields): Piece[] {
  const key = String(event['index'])
  const block = event['content_block']
  if (isFields(block) && block['type'] === 'tool_use') {
    return [{ choice: 0, key, kind: 'tool_call', id: block['id'], name: block['name'] }]
  }
  const delta = isFields(event['delta']) ? event['delta'] : {}
  const kinds = { text: 'text', thinking: 'reasoning', partial_json: 'tool_call' } as const
  for (const [field, kind] of Object.entries(kinds)) {
    if (typeof delta[field] === 'string') return [{ choice: 0, key, kind, text: delta[field] }]
  }
  return []
}

function piece(choice: number, kind: Kind, text: unknown): Piece[] {
  return typeof text === 'string' ? [{ choice, key: '', kind, text }] : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}
