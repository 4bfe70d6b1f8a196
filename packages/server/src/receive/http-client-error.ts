/**
 * What node:http finds wrong before there is a request, or in the middle of one: bytes that are not HTTP, a head that is
 * too large, one or a body that takes too long. Left alone, node:http answers a bare 400, 408 or 431, and OTLP clients drop
 * what got a 408.
 */
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { closeGraceMs } from './door.ts'
import { answerRejection } from './http-answer.ts'
import { rejectTooSlow, type Rejection } from './rejection.ts'

/** @param error as the event 'clientError' has it; its message is one of the parser's own and holds no content */
export function rejectionOfClientError(error: NodeJS.ErrnoException): Rejection {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return rejectTooSlow('the request')
    case 'HPE_HEADER_OVERFLOW':
      return { code: 'head_too_large', message: 'the headers of the request are too large' }
    default:
      return { code: 'malformed', message: `not HTTP/1.1: ${error.message}`, field: 'request' }
  }
}

/** Answers on a connection where no request waits for an answer, and hangs up. */
export function answerSocket(socket: Duplex, rejection: Rejection): void {
  // Nobody knows what encoding the client speaks: protobuf is what it most likely does.
  const { status, headers, body } = answerRejection('protobuf', rejection)
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: ${body.byteLength}\r\n`
  for (let index = 0; index < headers.length; index += 2)
    head += `${headers[index]}: ${headers[index + 1]}\r\n`
  socket.end(Buffer.concat([Buffer.from(`${head}\r\n`), body]))
  hangUpSoon(socket)
}

/** Reads on for a while without looking, so that no reset overtakes what was written. */
function hangUpSoon(socket: Duplex): void {
  const timer = setTimeout(() => socket.destroy(), closeGraceMs)
  timer.unref()
  socket.once('close', () => clearTimeout(timer))
  socket.once('end', () => socket.destroy())
  socket.resume()
}
