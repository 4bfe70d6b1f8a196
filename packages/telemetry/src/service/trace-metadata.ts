// What `updateCurrentTrace` takes, as attributes of the local root span.
import type { Attributes } from '@opentelemetry/api'
import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_HOLDFAST_TRACE_TAG_PREFIX,
  ATTR_SESSION_ID,
  ATTR_USER_ID,
} from '../conventions.ts'
import { toAttributeValue } from './to-attributes.ts'
import type { TraceMetadata } from './telemetry-service.ts'

/** Tags are short: an id, a version, a verdict. */
const maxTagChars = 4096
/** Most entries of one update. */
const maxTags = 64

const known: ReadonlyMap<string, string> = new Map([
  ['conversationId', ATTR_GEN_AI_CONVERSATION_ID],
  ['sessionId', ATTR_SESSION_ID],
  ['userId', ATTR_USER_ID],
  ...[ATTR_GEN_AI_CONVERSATION_ID, ATTR_SESSION_ID, ATTR_USER_ID].map((name) => [name, name] as const),
])

/** Known keys under the conventions' names, the others as `holdfast.trace.tag.<key>`. */
export function metadataAttributes(metadata: TraceMetadata): Attributes {
  const attributes: Attributes = {}
  for (const key of Object.keys(metadata).slice(0, maxTags)) {
    const value = toAttributeValue(metadata[key], maxTagChars)
    if (value !== undefined) attributes[known.get(key) ?? `${ATTR_HOLDFAST_TRACE_TAG_PREFIX}${key}`] = value
  }
  return attributes
}
