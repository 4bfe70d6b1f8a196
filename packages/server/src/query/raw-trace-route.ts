import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { tracesToJson } from '../otlp/json-output.ts'
import { problemOfUnknownTrace } from './problem.ts'
import type { QueryApiOptions, QueryApp } from './query-api-options.ts'
import { readTraceId, refuseBadTraceId } from './read-parameters.ts'
import { refusals } from './refusals.ts'
import { noQuery, traceParams } from './trace-schemas.ts'

const protobufTypes = ['application/x-protobuf', 'application/protobuf'] as const

/** A trace as OTLP, as it was sent. Streamed: the size of a trace has no bound. */
export function addRawTraceRoute(app: QueryApp, { store, log }: QueryApiOptions): void {
  app.get(
    '/api/v1/traces/:id/raw',
    {
      schema: {
        operationId: 'getRawTrace',
        tags: ['traces'],
        summary: 'The trace as OTLP: TracesData in OTLP JSON, or in protobuf when Accept asks for it',
        params: traceParams,
        querystring: noQuery,
        response: {
          200: {
            description:
              'TracesData of opentelemetry-proto; in protobuf the bytes of each span are those accepted',
            content: {
              'application/json': { schema: Type.Object({ resourceSpans: Type.Array(Type.Unknown()) }) },
              'application/x-protobuf': {
                schema: Type.Unsafe<Readable>({ type: 'string', format: 'binary' }),
              },
            },
          },
          ...refusals,
        },
      },
      preValidation: refuseBadTraceId,
    },
    async (request, reply) => {
      const traceId = readTraceId(request.params.id)
      const chunks: Chunks = store.readRaw(traceId, { signal: request.signal })[Symbol.asyncIterator]()
      // The first chunk decides between an answer and a problem; after it the status has been sent.
      const first = await chunks.next()
      if (first.done === true) throw problemOfUnknownTrace()
      const protobufType = wantedProtobufType(request.headers.accept)
      const parts = protobufType === undefined ? toJson(first.value, chunks) : prepend(first.value, chunks)
      const body = Readable.from(parts, { objectMode: false })
      body.once('error', (error) => log.warn({ err: error, traceId }, 'a raw trace broke off'))
      return reply
        .type(protobufType ?? 'application/json; charset=utf-8')
        .header('vary', 'accept')
        .send(body)
    },
  )
}

/** The protobuf media type that Accept names, unless it names JSON first; undefined: JSON. */
function wantedProtobufType(accept: string | undefined): string | undefined {
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) continue
    if (type === 'application/json') return undefined
    const protobufType = protobufTypes.find((known) => known === type)
    if (protobufType !== undefined) return protobufType
  }
  return undefined
}

type Chunks = AsyncIterator<Uint8Array, unknown>

async function* prepend(first: Uint8Array, rest: Chunks): AsyncGenerator<Uint8Array> {
  try {
    yield first
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

/** Each chunk is a TracesData of its own; their lists are joined into one. */
async function* toJson(first: Uint8Array, rest: Chunks): AsyncGenerator<string> {
  yield '{"resourceSpans":['
  let separator = ''
  for await (const chunk of prepend(first, rest)) {
    const text = tracesToJson(chunk)
    const list = text.slice(text.indexOf('[') + 1, text.lastIndexOf(']'))
    if (list === '') continue
    yield separator + list
    separator = ','
  }
  yield ']}'
}
