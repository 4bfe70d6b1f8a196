import { messages, type FieldSchema, type MessageSchema } from './otlp-schema.ts'

/** A message's fields by their JSON names. */
export interface JsonMessage {
  /** @returns the field whose name stands in [start, end) */
  find(bytes: Uint8Array, start: number, end: number): JsonField | undefined
}

export interface JsonField {
  readonly schema: FieldSchema
  /** Among the fields of its message, from 0. */
  readonly position: number
  /** Of a message field. */
  readonly message: JsonMessage | undefined
  /** Zero and empty are not written: proto3 does not tell them from unset, outside of a oneof. */
  readonly omitsDefault: boolean
}

export function jsonFields(schema: MessageSchema): JsonMessage {
  return jsonMessages[schema.index]!
}

class FieldsByName implements JsonMessage {
  /** By length of the name. */
  readonly #candidates: { name: Uint8Array; field: JsonField }[][] = []

  add(field: JsonField): void {
    const name = new TextEncoder().encode(field.schema.jsonName)
    const sameLength = (this.#candidates[name.length] ??= [])
    sameLength.push({ name, field })
  }

  find(bytes: Uint8Array, start: number, end: number): JsonField | undefined {
    const candidates = this.#candidates[end - start]
    if (candidates === undefined) return undefined
    for (let index = 0; index < candidates.length; index++) {
      const { name, field } = candidates[index]!
      let at = 0
      while (at < name.length && bytes[start + at] === name[at]) at++
      if (at === name.length) return field
    }
    return undefined
  }
}

const jsonMessages = messages.map(() => new FieldsByName())
for (const message of messages) {
  message.fields.forEach((schema, position) => {
    jsonMessages[message.index]!.add({
      schema,
      position,
      message: schema.message && jsonMessages[schema.message.index],
      omitsDefault: !message.isOneof && !schema.repeated,
    })
  })
}
