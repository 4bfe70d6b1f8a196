import { spanKindWord } from '../trace/span.ts'
import type { Operation } from '../store/trace-store.ts'
import type { CursorPosition, ListIdentity } from './cursor.ts'
import { toPage } from './page.ts'
import type { QueryApiOptions, QueryApp } from './query-api-options.ts'
import { parseInt64, readCursor, readName } from './read-parameters.ts'
import { refusals } from './refusals.ts'
import { operationList, operationsQuery, serviceList, servicesQuery } from './trace-schemas.ts'

/** What there is to look for: /services and /operations. */
export function addCatalogRoutes(app: QueryApp, { store }: QueryApiOptions): void {
  app.get(
    '/api/v1/services',
    {
      schema: {
        operationId: 'listServices',
        tags: ['catalog'],
        summary: 'The services that sent spans',
        querystring: servicesQuery,
        response: { 200: serviceList, ...refusals },
      },
    },
    async (request) => {
      const { limit = 200, cursor } = request.query
      const identity: ListIdentity = { list: 'services', filters: {} }
      const after = readCursor(identity, cursor, ([name]) => name)
      const found = await store.listServices({ limit: limit + 1, after }, { signal: request.signal })
      return toPage(
        identity,
        found,
        limit,
        (name) => ({ name }),
        (name) => [name],
      )
    },
  )

  app.get(
    '/api/v1/operations',
    {
      schema: {
        operationId: 'listOperations',
        tags: ['catalog'],
        summary: 'The operations (service, span name, kind) that spans had',
        querystring: operationsQuery,
        response: { 200: operationList, ...refusals },
      },
    },
    async (request) => {
      const { limit = 200, cursor } = request.query
      const service = readName(request.query.service)
      const identity: ListIdentity = { list: 'operations', filters: { service } }
      const after = readCursor(identity, cursor, toPosition)
      const found = await store.listOperations(
        { service, limit: limit + 1, after },
        { signal: request.signal },
      )
      return toPage(identity, found, limit, operationToJson, positionOf)
    },
  )
}

function operationToJson({ service, name, kind }: Operation) {
  return { service_name: service, name, kind: spanKindWord(kind) }
}

function positionOf({ service, name, kind }: Operation): CursorPosition {
  return [service, name, String(kind)]
}

function toPosition([service, name, kindText]: CursorPosition): Operation | undefined {
  const kind = Number(parseInt64(kindText) ?? NaN)
  if (service === undefined || name === undefined || !(kind >= 0 && kind < 2 ** 15)) return undefined
  return { service, name, kind }
}
