/**
 * The contract of the Query API as static types, made from the schemas that validate it and document it
 * (/openapi.json). The only file of the server that the web page imports, and only for its types.
 *
 * Names are snake_case. Ids are lower-case hex (accepted in either case). Times are RFC 3339 in UTC with nine digits of
 * a second, durations are milliseconds with a fraction down to the nanosecond. What is unknown is null; what was not
 * asked for is absent. A list is {items, next_cursor}, and next_cursor is null at its end. Errors are RFC 9457 problems.
 */
import type { Static } from 'typebox'
import type * as continuities from './continuity/continuity-schemas.ts'
import type * as fingerprints from './fingerprint-schemas.ts'
import type * as prices from './price-schemas.ts'
import type * as process from './process-schemas.ts'
import type * as queues from './queue-schemas.ts'
import type * as spans from './span-schemas.ts'
import type * as traces from './trace-schemas.ts'

export type { AttributeJson, AttributeObject } from './schema-parts.ts'
export type { ProblemCode } from './problem-codes.ts'

export type TracesQuery = Static<typeof traces.tracesQuery>
export type TraceItem = Static<typeof traces.traceItem>
export type TraceList = Static<typeof traces.traceList>
export type TraceDetailQuery = Static<typeof traces.traceDetailQuery>
export type TraceDetail = Static<typeof traces.traceDetail>

export type SpansQuery = Static<typeof spans.spansQuery>
export type SpanItem = Static<typeof spans.spanItem>
export type SpanList = Static<typeof spans.spanList>

export type Cost = Static<typeof prices.cost>
export type ModelUsage = Static<typeof prices.modelUsage>
export type SpanCost = Static<typeof prices.spanCost>

export type FingerprintStatsQuery = Static<typeof fingerprints.fingerprintStatsQuery>
export type FingerprintStats = Static<typeof fingerprints.fingerprintStats>
export type FingerprintItem = Static<typeof fingerprints.fingerprintItem>
export type FingerprintFigures = Static<typeof fingerprints.fingerprintFigures>
export type FingerprintChange = Static<typeof fingerprints.fingerprintChange>

export type Continuity = Static<typeof continuities.continuity>
export type HopSide = Static<typeof continuities.hopSide>
export type JoinedHop = Static<typeof continuities.joinedHop>
export type BrokenHop = Static<typeof continuities.brokenHop>
export type UndecidedHop = Static<typeof continuities.undecidedHop>

export type ServiceList = Static<typeof traces.serviceList>
export type OperationItem = Static<typeof traces.operationItem>
export type OperationList = Static<typeof traces.operationList>

export type Journey = Static<typeof queues.journey>
export type PayloadJourney = Static<typeof queues.payloadJourney>
export type Ledger = Static<typeof queues.ledger>
export type LedgerAccount = Static<typeof queues.ledgerAccount>
export type QueueQuery = Static<typeof queues.queueQuery>
export type Queue = Static<typeof queues.queue>
export type QueueItem = Static<typeof queues.queueItem>
export type QueueDepth = Static<typeof queues.queueDepth>

export type Health = Static<typeof process.health>
export type Readiness = Static<typeof process.readiness>
export type Problem = Static<typeof process.problem>
