/**
 * The messages of OTLP traces as data (opentelemetry-proto v1.11.0: trace.proto, common.proto, resource.proto). What
 * has to know every field reads it from here: validation, JSON in, JSON out. The hot walker and its readers have the
 * numbers written into the code.
 */
export type FieldKind =
  | 'string'
  | 'bytes'
  | 'id' // bytes that JSON shows as hex
  | 'enum'
  | 'bool'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'fixed32'
  | 'fixed64'
  | 'double'
  | 'message'

export interface FieldSchema {
  readonly number: number
  readonly jsonName: string
  readonly kind: FieldKind
  readonly repeated: boolean
  /** Of an enum: its names, by number. */
  readonly names: readonly string[]
  /** Of a message. */
  readonly message: MessageSchema | undefined
  /** The field number and wire type that stand before each value. */
  readonly tag: number
}

export interface MessageSchema {
  readonly name: string
  /** Position in `messages`. */
  readonly index: number
  /** All its fields belong to one oneof: setting one unsets the others. */
  readonly isOneof: boolean
  readonly fields: readonly FieldSchema[]
}

const wireTypes = { string: 2, bytes: 2, id: 2, message: 2, fixed64: 1, double: 1, fixed32: 5 } as const

/** Every message, so that tables can be made by position. */
export const messages: MessageSchema[] = []

function message(name: string, isOneof = false): MessageSchema & { fields: FieldSchema[] } {
  const schema = { name, index: messages.length, isOneof, fields: [] }
  messages.push(schema)
  return schema
}

function field(
  number: number,
  jsonName: string,
  kind: FieldKind | MessageSchema,
  also: { repeated?: true; names?: readonly string[] } = {},
): FieldSchema {
  const kindName = typeof kind === 'string' ? kind : 'message'
  const wireType = kindName in wireTypes ? wireTypes[kindName as keyof typeof wireTypes] : 0
  return {
    number,
    jsonName,
    kind: kindName,
    repeated: also.repeated ?? false,
    names: also.names ?? [],
    message: typeof kind === 'string' ? undefined : kind,
    tag: number * 8 + wireType,
  }
}

const repeated = { repeated: true } as const
const kindNames = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']
const statusNames = ['UNSET', 'OK', 'ERROR']

const anyValue = message('AnyValue', true)
const arrayValue = message('ArrayValue')
const keyValueList = message('KeyValueList')
const keyValue = message('KeyValue')
const entityRef = message('EntityRef')
const resource = message('Resource')
const scope = message('InstrumentationScope')
const event = message('Event')
const link = message('Link')
const status = message('Status')
const span = message('Span')
const scopeSpans = message('ScopeSpans')
const resourceSpans = message('ResourceSpans')
const request = message('ExportTraceServiceRequest')

anyValue.fields.push(
  field(1, 'stringValue', 'string'),
  field(2, 'boolValue', 'bool'),
  field(3, 'intValue', 'int64'),
  field(4, 'doubleValue', 'double'),
  field(5, 'arrayValue', arrayValue),
  field(6, 'kvlistValue', keyValueList),
  field(7, 'bytesValue', 'bytes'),
  field(8, 'stringValueStrindex', 'int32'),
)
arrayValue.fields.push(field(1, 'values', anyValue, repeated))
keyValueList.fields.push(field(1, 'values', keyValue, repeated))
keyValue.fields.push(field(1, 'key', 'string'), field(2, 'value', anyValue), field(3, 'keyStrindex', 'int32'))
entityRef.fields.push(
  field(1, 'schemaUrl', 'string'),
  field(2, 'type', 'string'),
  field(3, 'idKeys', 'string', repeated),
  field(4, 'descriptionKeys', 'string', repeated),
)
resource.fields.push(
  field(1, 'attributes', keyValue, repeated),
  field(2, 'droppedAttributesCount', 'uint32'),
  field(3, 'entityRefs', entityRef, repeated),
)
scope.fields.push(
  field(1, 'name', 'string'),
  field(2, 'version', 'string'),
  field(3, 'attributes', keyValue, repeated),
  field(4, 'droppedAttributesCount', 'uint32'),
)
event.fields.push(
  field(1, 'timeUnixNano', 'fixed64'),
  field(2, 'name', 'string'),
  field(3, 'attributes', keyValue, repeated),
  field(4, 'droppedAttributesCount', 'uint32'),
)
link.fields.push(
  field(1, 'traceId', 'id'),
  field(2, 'spanId', 'id'),
  field(3, 'traceState', 'string'),
  field(4, 'attributes', keyValue, repeated),
  field(5, 'droppedAttributesCount', 'uint32'),
  field(6, 'flags', 'fixed32'),
)
status.fields.push(
  field(2, 'message', 'string'),
  field(3, 'code', 'enum', { names: statusNames.map((name) => `STATUS_CODE_${name}`) }),
)
span.fields.push(
  field(1, 'traceId', 'id'),
  field(2, 'spanId', 'id'),
  field(3, 'traceState', 'string'),
  field(4, 'parentSpanId', 'id'),
  field(5, 'name', 'string'),
  field(6, 'kind', 'enum', { names: kindNames.map((name) => `SPAN_KIND_${name}`) }),
  field(7, 'startTimeUnixNano', 'fixed64'),
  field(8, 'endTimeUnixNano', 'fixed64'),
  field(9, 'attributes', keyValue, repeated),
  field(10, 'droppedAttributesCount', 'uint32'),
  field(11, 'events', event, repeated),
  field(12, 'droppedEventsCount', 'uint32'),
  field(13, 'links', link, repeated),
  field(14, 'droppedLinksCount', 'uint32'),
  field(15, 'status', status),
  field(16, 'flags', 'fixed32'),
)
scopeSpans.fields.push(
  field(1, 'scope', scope),
  field(2, 'spans', span, repeated),
  field(3, 'schemaUrl', 'string'),
)
resourceSpans.fields.push(
  field(1, 'resource', resource),
  field(2, 'scopeSpans', scopeSpans, repeated),
  field(3, 'schemaUrl', 'string'),
)
request.fields.push(field(1, 'resourceSpans', resourceSpans, repeated))

export const requestSchema: MessageSchema = request
export const spanSchema: MessageSchema = span
