import { readDepth, type QueueDepth } from '../queue/depth.ts'
import { readLedger } from '../queue/ledger.ts'
import { listQueue, showQueueItem, type QueueItem } from '../queue/list-queue.ts'
import type { QueueDepth as QueueDepthJson, QueueItem as QueueItemJson } from './contract.ts'
import type { ListIdentity } from './cursor.ts'
import { formatDate } from './instant.ts'
import { ledgerToJson } from './ledger-json.ts'
import { toPage } from './page.ts'
import { ProblemError } from './problem.ts'
import type { QueryApiOptions, QueryApp } from './query-api-options.ts'
import { ledger, queue, queueItem, queueItemParams, queueQuery } from './queue-schemas.ts'
import { parseInt64, readCursor } from './read-parameters.ts'
import { refusals } from './refusals.ts'
import { named } from './schema-parts.ts'
import { noQuery } from './trace-schemas.ts'

/** What the server owes: /ledger, /queue and /queue/{id}. */
export function addQueueRoutes(app: QueryApp, { pool }: QueryApiOptions): void {
  app.get(
    '/api/v1/ledger',
    {
      schema: {
        operationId: 'getLedger',
        tags: ['queue'],
        summary: 'The books: what became of everything that was accepted',
        querystring: noQuery,
        response: { 200: named(ledger), ...refusals },
      },
    },
    async () => ledgerToJson(await readLedger(pool)),
  )

  app.get(
    '/api/v1/queue',
    {
      schema: {
        operationId: 'listQueue',
        tags: ['queue'],
        summary: 'How much waits to be persisted, and the bodies that do',
        querystring: queueQuery,
        response: { 200: named(queue), ...refusals },
      },
    },
    async (request) => {
      const { state, limit = 50, cursor } = request.query
      const identity: ListIdentity = { list: 'queue', filters: { state } }
      const after = readCursor(identity, cursor, ([id]) => parseInt64(id))
      const depth = await readDepth(pool)
      const found = await listQueue(pool, { state, limit: limit + 1, after })
      const page = toPage(identity, found, limit, itemToJson, (item) => [item.id.toString()])
      return { depth: depthToJson(depth), ...page }
    },
  )

  app.get(
    '/api/v1/queue/:id',
    {
      schema: {
        operationId: 'getQueueItem',
        tags: ['queue'],
        summary: 'One body in the queue',
        params: queueItemParams,
        querystring: noQuery,
        response: { 200: named(queueItem), ...refusals },
      },
    },
    async (request) => {
      const id = parseInt64(request.params.id)
      const item = id === undefined ? undefined : await showQueueItem(pool, id)
      if (item === undefined) {
        throw new ProblemError('queue_item_not_found', 'the queue has no item of this id')
      }
      return itemToJson(item)
    },
  )
}

function depthToJson(depth: QueueDepth): QueueDepthJson {
  return {
    pending_payloads: depth.pendingPayloads,
    pending_bodies: depth.pendingBodies,
    pending_bytes: depth.pendingBytes,
    oldest_pending_age_ms: depth.oldestPendingAgeMs ?? null,
    claimed_bodies: depth.claimedBodies,
    retrying_bodies: depth.retryingBodies,
    dead_payloads: depth.deadPayloads,
  }
}

function itemToJson(item: QueueItem): QueueItemJson {
  return {
    id: item.id.toString(),
    state: item.state,
    received_at: formatDate(item.receivedAt),
    visible_at: item.settledAt === undefined ? formatDate(item.visibleAt) : null,
    settled_at: item.settledAt === undefined ? null : formatDate(item.settledAt),
    attempts: item.attempts,
    payload_count: item.payloadCount,
    span_count: item.spanCount,
    raw_bytes: item.rawBytes,
    stored_bytes: item.storedBytes,
    error_code: item.errorCode ?? null,
    error_message: item.errorMessage ?? null,
  }
}
