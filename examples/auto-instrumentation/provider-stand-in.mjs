// A STAND-IN for the HTTP APIs of OpenAI and Anthropic, so that the programs here run without a key and without a bill.
// It knows three routes, streams on the first, asks once for the tool `get_weather` where one is offered, and makes token
// counts up.
import { createServer } from 'node:http'

let answers = 0
const usage = { input: 1200, output: 34 }
const answer = 'Bring an umbrella: it rains in Hamburg.'
const toolCall = { name: 'get_weather', arguments: { city: 'Hamburg' } }

const routes = {
  '/v1/chat/completions': (asked) => ({
    id: `chatcmpl-${++answers}`,
    object: 'chat.completion',
    created: 1_780_000_000,
    model: `${asked.model}-2026-08-07`,
    choices: [
      wantsTool(asked, (message) => message.role === 'tool')
        ? {
            index: 0,
            finish_reason: 'tool_calls',
            message: {
              role: 'assistant',
              content: null,
              tool_calls: [
                {
                  id: 'call_1',
                  type: 'function',
                  function: { name: toolCall.name, arguments: JSON.stringify(toolCall.arguments) },
                },
              ],
            },
          }
        : { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: answer } },
    ],
    usage: {
      prompt_tokens: usage.input,
      completion_tokens: usage.output,
      total_tokens: usage.input + usage.output,
    },
  }),

  '/v1/responses': (asked) => ({
    id: `resp_${++answers}`,
    object: 'response',
    created_at: 1_780_000_000,
    status: 'completed',
    model: `${asked.model}-2026-08-07`,
    output: [
      wantsTool({ ...asked, messages: asked.input }, (item) => item.type === 'function_call_output')
        ? {
            type: 'function_call',
            id: 'fc_1',
            call_id: 'call_1',
            status: 'completed',
            name: toolCall.name,
            arguments: JSON.stringify(toolCall.arguments),
          }
        : {
            type: 'message',
            id: 'msg_1',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: answer, annotations: [] }],
          },
    ],
    usage: {
      input_tokens: usage.input,
      output_tokens: usage.output,
      total_tokens: usage.input + usage.output,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 0 },
    },
  }),

  '/v1/messages': (asked) => ({
    id: `msg_${++answers}`,
    type: 'message',
    role: 'assistant',
    model: asked.model,
    stop_reason: 'end_turn',
    stop_sequence: null,
    content: [{ type: 'text', text: answer }],
    usage: { input_tokens: usage.input, output_tokens: usage.output },
  }),
}

/** A tool is offered, and its result is not among the messages yet. */
function wantsTool({ tools, messages }, isResult) {
  return (tools ?? []).length > 0 && !messages.some(isResult)
}

const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (part) => (body += part))
  request.on('end', () => {
    const asked = JSON.parse(body)
    const { pathname } = new URL(request.url, 'http://stand-in')
    if (asked.stream && pathname === '/v1/chat/completions') return streamCompletion(asked, response)
    const route = routes[pathname]
    response.statusCode = route === undefined ? 404 : 200
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(route?.(asked) ?? { error: { message: 'the stand-in has no such route' } }))
  })
})

/** The answer, word by word, and then what it took, if that was asked for. */
function streamCompletion(asked, response) {
  const { choices, usage, ...head } = routes['/v1/chat/completions'](asked)
  const send = (data) => response.write(`data: ${data}\n\n`)
  const sendChunk = (part) => send(JSON.stringify({ ...head, object: 'chat.completion.chunk', ...part }))
  const choose = (delta, finish_reason = null) =>
    sendChunk({ choices: [{ index: 0, delta, finish_reason }], usage: null })
  response.setHeader('content-type', 'text/event-stream')
  for (const word of choices[0].message.content.split(' ')) choose({ content: `${word} ` })
  choose({}, 'stop')
  if (asked.stream_options?.include_usage) sendChunk({ choices: [], usage })
  send('[DONE]')
  response.end()
}

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  const { port } = server.address()
  console.log(`stand-in for OpenAI and Anthropic at http://127.0.0.1:${port}`)
})
