/**
 * TraceStore on PostgreSQL: slim, indexed rows that point at the bodies of the queue, which live in the same database. So
 * writing spans and settling their payloads is one transaction, and nothing is stored twice. Opened by server.ts; the
 * persist threads use the write side alone (BodyWriter).
 */
import type pg from 'pg'
import type { ByteBudget } from '../../queue/byte-budget.ts'
import type { TraceStore } from '../trace-store.ts'
import { findTrace } from './find-trace.ts'
import { findTraceBodies } from './find-trace-bodies.ts'
import { findTraces } from './find-traces.ts'
import { groupModelCalls } from './group-model-calls.ts'
import { isCalledByOthers } from './is-called-by-others.ts'
import { listModelCalls } from './list-model-calls.ts'
import { listOperations } from './list-operations.ts'
import { listServices } from './list-services.ts'
import { listSpans } from './list-spans.ts'
import { rankFingerprints } from './rank-fingerprints.ts'
import { readRaw } from './read-raw.ts'
import { readSpans } from './read-spans.ts'
import { TermReader } from './term-reader.ts'
import { BodyWriter } from './write-bodies.ts'

export interface PostgresTraceStoreOptions {
  /** Read from, and where the dictionaries' ids are committed; the caller ends it. */
  readonly pool: pg.Pool
  /** Bounds the bodies that reads hold decompressed. */
  readonly budget?: ByteBudget
}

export function openPostgresTraceStore(options: PostgresTraceStoreOptions): TraceStore {
  const { pool, budget } = options
  const writer = new BodyWriter(pool)
  const terms = new TermReader(pool)
  const withBudget = <Options extends object>(read: Options | undefined) => ({
    ...read,
    ...(budget !== undefined && { budget }),
  })
  return {
    write: (transaction, bodies) => writer.write(transaction as pg.ClientBase, bodies),
    findTraces: (query, read) => findTraces(pool, query, read),
    findTrace: (traceId, read) => findTrace(pool, traceId, read),
    listSpans: (traceId, query, read) => listSpans(pool, terms, traceId, query, read),
    readSpans: (traceId, query, read) => readSpans(pool, traceId, query, withBudget(read)),
    readRaw: (traceId, read) => readRaw(pool, traceId, withBudget(read)),
    listModelCalls: (traceIds, page, read) => listModelCalls(pool, terms, traceIds, page, read),
    isCalledByOthers: (operation, read) => isCalledByOthers(pool, operation, read),
    rankFingerprints: (periods, page, read) => rankFingerprints(pool, periods, page, read),
    groupModelCalls: (periods, batches, grouping, read) =>
      groupModelCalls(pool, terms, { periods, batches, grouping }, read),
    findTraceBodies: (traceId, read) => findTraceBodies(pool, traceId, read),
    listServices: (page, read) => listServices(pool, page, read),
    listOperations: (page, read) => listOperations(pool, page, read),
  }
}
