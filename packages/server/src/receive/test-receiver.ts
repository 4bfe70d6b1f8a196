// What the tests of the door share: doors on free ports behind an appender whose outcome the test chooses.
import assert from 'node:assert/strict'
import { request, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { Client, credentials, type Metadata, type ServiceError } from '@grpc/grpc-js'
import { pino } from 'pino'
import { encodeSpans, exampleSpan } from '../otlp/test-payload.ts'
import type { Appender, AppendOutcome } from '../queue/appender.ts'
import type { IncomingPayload } from '../queue/incoming-payload.ts'
import { ByteBudget } from '../queue/byte-budget.ts'
import type { Door, DoorOptions } from './door.ts'
import { openGrpcDoor, type GrpcDoorOptions } from './grpc-door.ts'
import { openHttpDoor, type HttpDoorOptions } from './http-door.ts'
import type { Answer } from './receiver-metrics.ts'

const committed: AppendOutcome = { kind: 'committed', bodyId: 1n, ordinal: 0 }

const commitAtOnce = (): Promise<AppendOutcome> => Promise.resolve(committed)

/** Commits at once, unless the test says otherwise. */
export class ChosenAppender implements Appender {
  readonly payloads: IncomingPayload[] = []
  outcome: () => Promise<AppendOutcome> = commitAtOnce

  append(payload: IncomingPayload): Promise<AppendOutcome> {
    this.payloads.push(payload)
    return this.outcome()
  }

  async close(): Promise<void> {}

  /** Resolves once that many payloads have come. */
  async atLeast(count: number): Promise<void> {
    while (this.payloads.length < count) await new Promise(setImmediate)
  }

  /** Holds every append until the returned function is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<AppendOutcome>()
    this.outcome = () => promise
    return () => resolve(committed)
  }
}

/** Remembers what the metrics would count, and lets a test wait for it. */
export class AnswerLog {
  readonly answers: Answer[] = []
  #onAnswer: (() => void)[] = []

  answered(answer: Answer): void {
    this.answers.push(answer)
    for (const resolve of this.#onAnswer.splice(0)) resolve()
  }

  async atLeast(count: number): Promise<Answer[]> {
    while (this.answers.length < count) await new Promise<void>((resolve) => this.#onAnswer.push(resolve))
    return this.answers
  }
}

export interface TestDoor extends AsyncDisposable {
  readonly port: number
  readonly appender: ChosenAppender
  readonly budget: ByteBudget
  readonly log: AnswerLog
  /** Fails unless every byte went back to the budget; forgets what came, and commits at once again. */
  reset(): void
  stopAccepting(): Promise<void>
  close(): Promise<void>
}

function testOptions(budgetBytes: number) {
  const appender = new ChosenAppender()
  const budget = new ByteBudget(budgetBytes)
  const metrics = new AnswerLog()
  const maxPayloadBytes = 1024 * 1024
  const options: DoorOptions = {
    ...{ appender, budget, maxPayloadBytes, metrics, host: '127.0.0.1', port: 0 },
    log: pino({ level: 'silent' }),
  }
  return { appender, budget, metrics, options }
}

export async function openTestHttp(
  overrides: Partial<HttpDoorOptions> & { budgetBytes?: number } = {},
): Promise<TestDoor> {
  const { appender, budget, metrics, options } = testOptions(overrides.budgetBytes ?? 64 * 1024 * 1024)
  const door = await openHttpDoor({ ...options, corsAllowedOrigins: [], ...overrides })
  return testDoor(door, appender, budget, metrics)
}

export async function openTestGrpc(
  overrides: Partial<GrpcDoorOptions> & { budgetBytes?: number } = {},
): Promise<TestDoor> {
  const { appender, budget, metrics, options } = testOptions(overrides.budgetBytes ?? 64 * 1024 * 1024)
  const door = await openGrpcDoor({ ...options, ...overrides })
  return testDoor(door, appender, budget, metrics)
}

function testDoor(door: Door, appender: ChosenAppender, budget: ByteBudget, log: AnswerLog): TestDoor {
  const reset = (): void => {
    assert.equal(budget.reservedBytes, 0, 'every byte went back to the budget')
    appender.payloads.length = 0
    appender.outcome = commitAtOnce
  }
  return { ...door, appender, budget, log, reset, [Symbol.asyncDispose]: () => door.close() }
}

/** A valid payload, with so many good spans and so many whose span id is missing. */
export function makePayload(goodSpans = 1, badSpans = 0): Buffer {
  const good = Array.from({ length: goodSpans }, (_, i) =>
    exampleSpan({ spanId: (i + 1).toString(16).padStart(16, '0') }),
  )
  const bad = Array.from({ length: badSpans }, () => exampleSpan({ spanId: '' }))
  return Buffer.from(encodeSpans([...good, ...bad]))
}

/** The same span in OTLP JSON. */
export const jsonPayload = JSON.stringify({
  resourceSpans: [
    {
      scopeSpans: [
        {
          spans: [{ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', name: 'chat' }],
        },
      ],
    },
  ],
})

export interface HttpResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface HttpRequest {
  readonly path?: string
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: Uint8Array | string
}

/** One request on a connection of its own: protobuf to /v1/traces unless it says otherwise. */
export function send(port: number, { path, method, headers, body }: HttpRequest): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const req = request(
      {
        ...{ port, host: '127.0.0.1', path: path ?? '/v1/traces', method: method ?? 'POST', agent: false },
        headers: headers ?? { 'content-type': 'application/x-protobuf' },
      },
      (res) => {
        const chunks: Buffer[] = []
        res.on('data', (chunk: Buffer) => chunks.push(chunk))
        res.on('end', () =>
          resolve({ status: res.statusCode!, headers: res.headers, body: Buffer.concat(chunks) }),
        )
      },
    )
    req.on('error', reject)
    req.end(body)
  })
}

/** Writes bytes to a fresh connection and collects what comes back until the server hangs up. */
export function sendRaw(port: number, ...parts: (string | Uint8Array)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (text) => (received += String(text)))
    socket.on('close', () => resolve(received))
    socket.on('error', reject)
    for (const part of parts) socket.write(part)
  })
}

export const exportPath = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'

export interface GrpcReply {
  readonly error: ServiceError | null
  readonly response: Buffer | undefined
  /** Initial metadata, if any came. */
  readonly metadata: Metadata | undefined
}

export function openClient(port: number, options = {}): Client {
  return new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_send_message_length': -1,
    ...options,
  })
}

/** One unary call on a connection of its own. */
export async function call(
  port: number,
  message: Uint8Array,
  { path = exportPath, options = {} }: { path?: string; options?: object } = {},
): Promise<GrpcReply> {
  const client = openClient(port, options)
  try {
    return await callOn(client, message, path)
  } finally {
    client.close()
  }
}

export function callOn(client: Client, message: Uint8Array, path = exportPath): Promise<GrpcReply> {
  return new Promise((resolve) => {
    const asIs = (bytes: Buffer): Buffer => bytes
    let metadata: Metadata | undefined
    const request = client.makeUnaryRequest(path, asIs, asIs, Buffer.from(message), (error, response) =>
      resolve({ error, response, metadata }),
    )
    request.on('metadata', (initial: Metadata) => (metadata = initial))
  })
}

export interface DecodedStatus {
  code: number
  message: string
  /** The last part of each detail's type, and its bytes. */
  details: { type: string; value: Buffer }[]
}

export function statusIn(trailers: Metadata): DecodedStatus {
  const [details] = trailers.get('grpc-status-details-bin')
  return decodeStatus(details as Buffer)
}

/** Reads a google.rpc.Status, which is what every error body and trailer must be. */
export function decodeStatus(bytes: Buffer): DecodedStatus {
  const status: DecodedStatus = { code: 0, message: '', details: [] }
  for (const [field, value] of fieldsOf(bytes)) {
    if (field === 1) status.code = value as number
    if (field === 2) status.message = String(value)
    if (field === 3) {
      const any = new Map(fieldsOf(value as Buffer))
      const type = String(any.get(1)).replace('type.googleapis.com/google.rpc.', '')
      status.details.push({ type, value: any.get(2) as Buffer })
    }
  }
  return status
}

/** Field numbers and values of a message that has only varints below 2^31 and length-delimited fields. */
export function fieldsOf(bytes: Buffer): [number, number | Buffer][] {
  const fields: [number, number | Buffer][] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const value = varint()
    if ((tag & 7) === 0) fields.push([tag >>> 3, value])
    else fields.push([tag >>> 3, bytes.subarray(at, (at += value))])
  }
  return fields
}
