// The model, by the API of OpenAI, which many others speak: OPENAI_BASE_URL says where. Two lines make each call a span by the
// GenAI conventions: modelCall around it, and usage asked for in streams.
import type { ModelCallSpan, TelemetryService } from '@holdfast/telemetry'
import OpenAI from 'openai'
import type { Message } from './prompts.ts'
import { describeModelError } from './describe-model-error.ts'
import { QuestionFailure } from './question-failure.ts'

export interface Model {
  /** The whole answer. Rejects with QuestionFailure. */
  complete(messages: readonly Message[]): Promise<string>
  /** The same in pieces, as they come. */
  stream(messages: readonly Message[]): AsyncIterable<string>
}

export interface ModelOptions {
  readonly name: string
  /** Undefined: OpenAI's own. */
  readonly baseUrl?: string | undefined
  readonly apiKey: string
  readonly timeoutMs?: number
  /** By the client itself, after a 429, a 5xx or no answer; one span for all of them. */
  readonly maxRetries?: number
}

/** Reasoning counts as output. */
const maxOutputTokens = 8_000

export function openModel(telemetry: TelemetryService, options: ModelOptions): Model {
  const { name, baseUrl, apiKey, timeoutMs: timeout = 60_000, maxRetries = 2 } = options
  const openai = new OpenAI({ baseURL: baseUrl ?? null, apiKey, timeout, maxRetries, logLevel: 'off' })
  const { hostname, port } = new URL(openai.baseURL)
  const describeCall = (messages: readonly Message[]) => ({
    ...{ provider: 'openai', model: name, messages, maxTokens: maxOutputTokens },
    ...{ serverAddress: hostname, serverPort: Number(port || 443) },
  })
  const request = (messages: readonly Message[]) => ({
    ...{ model: name, messages: [...messages], max_completion_tokens: maxOutputTokens },
  })
  return {
    async complete(messages) {
      try {
        // What the work returns is read for tokens, finish reasons and the model that answered.
        const completion = await telemetry.modelCall(describeCall(messages), async (call) => {
          const answer = await openai.chat.completions.create(request(messages))
          tellWhoAnswered(call, answer)
          return answer
        })
        return readText(completion)
      } catch (error) {
        throw describeModelError(error)
      }
    },
    async *stream(messages) {
      try {
        // Given a stream, the span ends when the stream does.
        const chunks = await telemetry.modelCall(describeCall(messages), async (call) => {
          const extras = { stream: true, stream_options: { include_usage: true } } as const
          const answer = await openai.chat.completions.create({ ...request(messages), ...extras })
          return watch(answer, (chunk) => tellWhoAnswered(call, chunk))
        })
        for await (const chunk of chunks) yield chunk.choices?.[0]?.delta?.content ?? ''
      } catch (error) {
        throw describeModelError(error)
      }
    },
  }
}

/** The build that answered, by OpenAI's conventions; the stand-in says here that it is one. */
function tellWhoAnswered(call: ModelCallSpan, answer: { readonly system_fingerprint?: string | null }): void {
  if (!answer.system_fingerprint) return
  call.setAttributes({ 'openai.response.system_fingerprint': answer.system_fingerprint })
}

async function* watch<T>(items: AsyncIterable<T>, see: (item: T) => void): AsyncIterable<T> {
  for await (const item of items) {
    see(item)
    yield item
  }
}

/** What calls itself compatible need not be: nothing is taken for granted. */
function readText(completion: Partial<OpenAI.ChatCompletion>): string {
  const text: unknown = completion.choices?.[0]?.message?.content
  if (typeof text === 'string' && text.trim() !== '') return text
  const why = completion.choices?.[0]?.finish_reason
  throw new QuestionFailure(
    'ModelNonsense',
    `The model answered without a text${why ? ` (${why})` : ''}. Is OPENAI_BASE_URL that of a chat API (…/v1)?`,
  )
}
