import { randomBytes } from 'node:crypto'
import type { Attribute } from '../../trace/attributes.ts'
import type { Resource, Scope, Span } from '../../trace/span.ts'

/** 2026-11-23T12:00:00Z */
export const noon = 1_795_435_200_000_000_000n
export const millisecond = 1_000_000n

export function newTraceId(): string {
  return randomBytes(16).toString('hex')
}

export function newSpanId(): string {
  return randomBytes(8).toString('hex')
}

/** A name nobody else uses, so that tests can share one store. */
export function newName(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString('hex')}`
}

export function resourceOf(service: string): Resource {
  return { attributes: [{ key: 'service.name', value: service }], droppedAttributesCount: 0, schemaUrl: '' }
}

export const plainScope: Scope = {
  name: 'conformance',
  version: '1',
  attributes: [],
  droppedAttributesCount: 0,
  schemaUrl: '',
}

/** Attributes by key; a number is an int. */
export function attributesOf(told: Readonly<Record<string, string | number | boolean>>): Attribute[] {
  return Object.entries(told).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? BigInt(value) : value,
  }))
}

/** A finished span of 10 ms at noon with the given differences. */
export function makeSpan(differences: Partial<Span> = {}): Span {
  const startUnixNano = differences.startUnixNano ?? noon
  return {
    traceId: newTraceId(),
    spanId: newSpanId(),
    parentSpanId: '',
    traceState: '',
    name: 'work',
    kind: 1,
    startUnixNano,
    endUnixNano: startUnixNano + 10n * millisecond,
    attributes: [],
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: 0, message: '' },
    flags: 0,
    resource: resourceOf('conformance'),
    scope: plainScope,
    ...differences,
  }
}

export function asks(fingerprint: string): Attribute {
  return { key: 'canonicalize.fingerprint', value: fingerprint }
}

/** A stage that found this fingerprint, in a trace of its own unless told otherwise. */
export function makeStage(fingerprint: string, differences: Partial<Span> = {}): Span {
  return makeSpan({ name: 'canonicalize.wink', attributes: [asks(fingerprint)], ...differences })
}

/** Sent before it ended. */
export function makeRunning(span: Span): Span {
  const running: Attribute = { key: 'holdfast.span.running', value: true }
  return { ...span, endUnixNano: 0n, attributes: [...span.attributes, running] }
}

/** The order in which a store lists the spans of a trace. */
export function inListOrder(spans: readonly Span[]): readonly Span[] {
  return [...spans].sort((a, b) => {
    const [startOfA, startOfB] = [clamp(a.startUnixNano), clamp(b.startUnixNano)]
    if (startOfA !== startOfB) return startOfA < startOfB ? -1 : 1
    return a.spanId < b.spanId ? -1 : 1
  })
}

/** Times beyond int64 are compared as its greatest. */
function clamp(time: bigint): bigint {
  return time < 2n ** 63n ? time : 2n ** 63n - 1n
}
