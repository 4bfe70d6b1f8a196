/**
 * A server that acknowledges whatever it gets and keeps nothing: what the load program reaches against it is the most
 * that the load program can ask of anybody. `node benchmarks/sink.ts` prints its addresses as one JSON line.
 */
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2'
import { createServer, type AddressInfo, type Socket } from 'node:net'

const answer = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n',
)
const empty = Buffer.alloc(0)
const emptyMessage = Buffer.alloc(5)
const headEnd = Buffer.from('\r\n\r\n')

function serve(socket: Socket): void {
  let bodyLeft = 0
  let head: Buffer = empty
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    let rest = chunk
    while (rest.length > 0) {
      if (bodyLeft === 0) {
        head = head.length === 0 ? rest : Buffer.concat([head, rest])
        const end = head.indexOf(headEnd)
        if (end < 0) return
        bodyLeft = Number(/content-length: (\d+)/i.exec(head.toString('latin1', 0, end))?.[1] ?? 0)
        rest = head.subarray(end + 4)
        head = empty
      }
      const taken = Math.min(bodyLeft, rest.length)
      bodyLeft -= taken
      rest = rest.subarray(taken)
      if (bodyLeft === 0) socket.write(answer)
    }
  })
}

const http = createServer(serve)
await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))

const grpc = createHttp2Server({ settings: { initialWindowSize: 1024 * 1024 } })
grpc.on('session', (session) => session.setLocalWindowSize(8 * 1024 * 1024))
grpc.on('stream', (stream: ServerHttp2Stream) => {
  stream.on('error', () => stream.destroy())
  stream.on('end', () => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end(emptyMessage)
  })
  stream.resume()
})
await new Promise<void>((resolve) => grpc.listen(0, '127.0.0.1', resolve))

const urlOf = (server: { address(): AddressInfo | string | null }): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`
console.log(JSON.stringify({ otlp_http_url: urlOf(http), otlp_grpc_url: urlOf(grpc) }))
