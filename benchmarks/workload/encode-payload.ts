import { encodeResource, encodeScope, encodeSpan, type SpanPlaces } from './encode-span.ts'
import { ProtobufWriter } from './protobuf-writer.ts'
import type { Instance, SpanDraft } from './span-draft.ts'

export interface EncodedPayload {
  readonly bytes: Uint8Array
  /** In the order of the spans given, though the bytes group them by resource and scope. */
  readonly places: readonly SpanPlaces[]
}

interface Piece {
  readonly writer: ProtobufWriter
  readonly places: SpanPlaces[]
}

const schemaUrl = 'https://opentelemetry.io/schemas/1.44.0'

/** Encodes an ExportTraceServiceRequest; spans are grouped by resource and scope, as every SDK and the Collector does. */
export function encodePayload(spans: readonly SpanDraft[]): EncodedPayload {
  const placesOf = new Map<SpanDraft, SpanPlaces>()
  const request: Piece = { writer: new ProtobufWriter(), places: [] }
  for (const [instance, ofInstance] of Map.groupBy(spans, (span) => span.instance)) {
    append(request, 1, encodeResourceSpans(instance, ofInstance, placesOf))
  }
  return { bytes: request.writer.finish(), places: spans.map((span) => placesOf.get(span)!) }
}

function encodeResourceSpans(
  instance: Instance,
  spans: readonly SpanDraft[],
  placesOf: Map<SpanDraft, SpanPlaces>,
): Piece {
  const piece: Piece = { writer: new ProtobufWriter(), places: [] }
  piece.writer.bytesField(1, encodeResource(instance))
  for (const [scope, ofScope] of Map.groupBy(spans, (span) => span.scope)) {
    const scopeSpans: Piece = { writer: new ProtobufWriter(), places: [] }
    scopeSpans.writer.bytesField(1, encodeScope(scope))
    for (const span of ofScope) {
      const { bytes, places } = encodeSpan(span)
      scopeSpans.writer.bytesField(2, bytes)
      shift([places], scopeSpans.writer.length - bytes.length)
      scopeSpans.places.push(places)
      placesOf.set(span, places)
    }
    append(piece, 2, scopeSpans)
  }
  piece.writer.stringField(3, schemaUrl)
  return piece
}

function append(outer: Piece, field: number, inner: Piece): void {
  outer.writer.bytesField(field, inner.writer.finish())
  shift(inner.places, outer.writer.length - inner.writer.length)
  outer.places.push(...inner.places)
}

function shift(places: readonly SpanPlaces[], by: number): void {
  for (const place of places) {
    place.traceId += by
    place.spanId += by
    if (place.parentSpanId >= 0) place.parentSpanId += by
    place.startTime += by
    place.endTime += by
    if (place.eventTime >= 0) place.eventTime += by
  }
}
