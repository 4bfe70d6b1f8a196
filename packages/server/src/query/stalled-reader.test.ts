import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { exampleSpan } from '../otlp/test-payload.ts'
import { waitFor } from '../postgres/wait-for.ts'
import { openTestQueryApi } from './test-query-api.ts'

test('a client that does not read its answer is cut off, and gives back what was reserved for it', async () => {
  const api = await openTestQueryApi({ stalledAfterMs: 300 })
  try {
    const traceId = 'b'.repeat(32)
    for (let number = 1; number <= 6; number++) {
      const attributes = [{ key: 'text', value: Buffer.alloc(3_000_000, String(number)).toString() }]
      await api.accept([exampleSpan({ traceId, spanId: `000000000000000${number}`, attributes })])
    }
    await api.persist()
    await api.app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = api.app.server.address() as { port: number }
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined) // it is cut off
    socket.pause()
    await once(socket, 'connect')
    socket.write(`GET /api/v1/traces/${traceId}/raw HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    await waitFor(() => api.options.budget.reservedBytes > 0)
    await waitFor(() => api.options.budget.reservedBytes === 0)
    // Nothing was read meanwhile: the answer did not end by itself.
    assert.equal(socket.bytesRead < 18_000_000, true)
    socket.destroy()
  } finally {
    await api.close()
  }
})
