// A STAND-IN for a model: it speaks the chat API of OpenAI (whole and streamed), and answers by a script, so that the demo
// runs without an account. Every answer says so, whatever model was asked for: in `model`, and by
// `"system_fingerprint":"holdfast-model-stand-in"`.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { answerByScript } from './answer-by-script.ts'
import { countTokens } from './count-tokens.ts'
import type { Script } from './read-script.ts'

const request = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  stream: z.boolean().default(false),
})
type Asked = z.infer<typeof request>

/**
 * What it calls itself, and is asked by: wherever a trace names the model, it is no model's name. Price lists take a name
 * that begins with `gpt-5-nano` for a version of that, so a trace has a cost too: what gpt-5-nano would have taken.
 */
export const standInName = 'gpt-5-nano-stand-in'

/** The agent's prompts have some ten thousand characters. */
const maxRequestBytes = 1_000_000

export interface ModelStandIn {
  /** For OPENAI_BASE_URL. */
  readonly url: string
  close(): Promise<void>
}

/** Listens on this machine only, 0 for a free port. */
export async function openModelStandIn(script: Script, port = 0): Promise<ModelStandIn> {
  const server = createServer((incoming, response) => {
    answer(script, incoming, response).catch((error: unknown) => refuse(response, 400, String(error)))
  })
  await new Promise<void>((listening, failed) => {
    server.once('error', failed).listen(port, '127.0.0.1', listening)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

async function answer(script: Script, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  if (incoming.method !== 'POST' || incoming.url !== '/v1/chat/completions') {
    return refuse(response, 404, 'This stand-in for a model has only POST /v1/chat/completions.')
  }
  if (!(Number(incoming.headers['content-length']) <= maxRequestBytes)) {
    return refuse(response, 413, `A request tells its length, of at most ${maxRequestBytes} bytes.`)
  }
  const asked = request.parse(JSON.parse(await text(incoming)))
  const content = answerByScript(script, asked.messages)
  if (asked.stream) return stream(response, asked, content)
  response.setHeader('content-type', 'application/json')
  const message = { role: 'assistant', content, refusal: null }
  const choices = [{ index: 0, finish_reason: 'stop', logprobs: null, message }]
  response.end(JSON.stringify({ ...describe('chat.completion'), choices, usage: countUsage(asked, content) }))
}

/** As OpenAI does: word by word, then why it ended, then what it took, then the end. */
function stream(response: ServerResponse, asked: Asked, content: string): void {
  const head = describe('chat.completion.chunk')
  const send = (chunk: object) => response.write(`data: ${JSON.stringify({ ...head, ...chunk })}\n\n`)
  const choose = (delta: object, finish_reason: string | null) =>
    send({ choices: [{ index: 0, delta, finish_reason }], usage: null })
  response.setHeader('content-type', 'text/event-stream')
  for (const word of content.split(/(?<= )/)) choose({ content: word }, null)
  choose({}, 'stop')
  send({ choices: [], usage: countUsage(asked, content) })
  response.end('data: [DONE]\n\n')
}

let answers = 0

function describe(object: string): object {
  const id = `chatcmpl-stand-in-${++answers}`
  const created = Math.floor(Date.now() / 1000)
  return { id, object, created, model: standInName, system_fingerprint: 'holdfast-model-stand-in' }
}

function countUsage({ messages }: Asked, content: string): object {
  // Each message and the answer are framed by some tokens of their own.
  const prompt_tokens = messages.reduce((sum, message) => sum + 4 + countTokens(message.content), 3)
  const completion_tokens = countTokens(content)
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.statusCode = status
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code: null } }))
}
