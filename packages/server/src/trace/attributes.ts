/**
 * The value of an attribute, as OTLP's AnyValue (opentelemetry-proto common.proto). An int64 is a bigint and a
 * double is a number, so that the two never merge; null is an AnyValue without a value, which OTLP calls meaningful.
 */
export type AttributeValue =
  string | boolean | bigint | number | Uint8Array | null | readonly AttributeValue[] | AttributeMap

/** A kvlist. A list of entries and not an object: keys may repeat, and `__proto__` is a key like any other. */
export interface AttributeMap {
  readonly entries: readonly Attribute[]
}

export interface Attribute {
  readonly key: string
  readonly value: AttributeValue
}
