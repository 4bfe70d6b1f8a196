// What the schemas of the Query API are put together from.
import { Type, type Static, type TSchema } from 'typebox'

/** For what is asked: an unknown parameter is a mistake. Answers stay open, for later versions may say more. */
export const closed = { additionalProperties: false }
export const count = Type.Integer({ minimum: 0 })
export const traceId = Type.String({ pattern: '^[0-9a-f]{32}$', description: '16 bytes in hex' })
export const spanId = Type.String({ pattern: '^[0-9a-f]{16}$', description: '8 bytes in hex' })
/** Of a parameter: ids are taken in either case. */
export const traceIdParameter = Type.String({
  pattern: '^[0-9a-fA-F]{32}$',
  description: 'Trace id, 32 hex digits in either case, not all of them zero',
})
export const instant = Type.String({ format: 'date-time', description: 'RFC 3339 in UTC, with nanoseconds' })
const lastHeard =
  'When the newest word of it was received, by the clock of the server; null unless it is running'

/** Of what was sent before it ended. */
export const liveness = {
  running: Type.Boolean({ description: 'Sent before it ended; its end has not arrived' }),
  silent: Type.Boolean({
    description: 'Running, and nothing was heard of it for 90 seconds: three missed heartbeats',
  }),
  last_heard_at: Type.Union([instant, Type.Null()], { description: lastHeard }),
}

export const milliseconds = Type.Number({
  description: 'Milliseconds; the fraction goes down to the nanosecond',
})
export const nextCursor = Type.Union([Type.String(), Type.Null()], {
  description: 'Send it as `cursor`, with the same filters, to get the next page; null at the end',
})

export function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()])
}

/** Stands for a schema that has a name (`$id`); the OpenAPI document has those once, under components. */
export function named<T extends TSchema>(schema: T) {
  return Type.Unsafe<Static<T>>({ $ref: `${(schema as { $id?: string }).$id}#` })
}

/** A page of items that have a name. */
export function list<T extends TSchema>(item: T, description: string) {
  return Type.Object({ items: Type.Array(named(item)), next_cursor: nextCursor }, { description })
}

/** The parameters of a list that comes in pages. */
export function page(defaultLimit: number, maxLimit: number) {
  return {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxLimit, default: defaultLimit })),
    cursor: Type.Optional(
      Type.String({ description: '`next_cursor` of the page before, with the same filters' }),
    ),
  }
}

/**
 * A value of an attribute. An int64 beyond ±(2^53 - 1) is its decimal digits as a string; NaN, Infinity and -Infinity
 * are strings; bytes are base64; a kvlist is an object; an AnyValue without a value is null. For types without loss:
 * /raw.
 */
export type AttributeJson = string | number | boolean | null | AttributeJson[] | AttributeObject

/** Of a repeated key the last value stands. `__proto__` is a key like any other: own, and yours to handle with care. */
export interface AttributeObject {
  [key: string]: AttributeJson
}

export const attributes = Type.Unsafe<AttributeObject>({
  type: 'object',
  additionalProperties: true,
  description:
    'By key; of a repeated key the last value stands. Integers beyond ±(2^53 - 1), NaN and infinities are strings, ' +
    'bytes are base64, an empty value is null. `/raw` has every type without loss',
})
