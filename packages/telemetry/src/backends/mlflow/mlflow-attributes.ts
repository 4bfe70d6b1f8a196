// The attributes of MLflow's copy of a span. MLflow's UI reads `mlflow.*`; Holdfast's own copy stays with the neutral
// names. MLflow itself understands `gen_ai.usage.*` (cached tokens too), the model, `session.id`,
// `gen_ai.conversation.id` and `user.id`: those go as they are.
import type { Attributes } from '@opentelemetry/api'
import {
  ATTR_GEN_AI_INPUT_MESSAGES,
  ATTR_GEN_AI_OUTPUT_MESSAGES,
  ATTR_GEN_AI_RETRIEVAL_DOCUMENTS,
  ATTR_GEN_AI_RETRIEVAL_QUERY_TEXT,
  ATTR_GEN_AI_SYSTEM_INSTRUCTIONS,
  ATTR_HOLDFAST_TRACE_TAG_PREFIX,
  ATTR_INPUT_MIME_TYPE,
  ATTR_INPUT_VALUE,
  ATTR_OUTPUT_MIME_TYPE,
  ATTR_OUTPUT_VALUE,
} from '../../conventions.ts'
import { makeAcceptable } from './acceptable-attributes.ts'
import { toChatMessages } from './chat-messages.ts'
import { findSpanType } from './span-types.ts'

// mlflow/tracing/constant.py, SpanAttributeKey and TraceTagKey.
const spanInputs = 'mlflow.spanInputs'
const spanOutputs = 'mlflow.spanOutputs'
const spanTypeKey = 'mlflow.spanType'
const traceTagPrefix = 'mlflow.traceTag.'
const traceName = `${traceTagPrefix}mlflow.traceName`

/** They move, so that MLflow does not store an input twice. */
const moved: ReadonlySet<string> = new Set([
  ATTR_INPUT_VALUE,
  ATTR_INPUT_MIME_TYPE,
  ATTR_OUTPUT_VALUE,
  ATTR_OUTPUT_MIME_TYPE,
])

/**
 * @param root the name of a span without a parent: of those MLflow takes the tags of the trace, and its name
 * @returns new attributes; the given ones are not touched
 */
export function toMlflowAttributes(attributes: Attributes, root: string | undefined): Attributes {
  const translated: Attributes = {}
  for (const [key, value] of Object.entries(attributes)) {
    if (moved.has(key)) continue
    const isTag = root !== undefined && key.startsWith(ATTR_HOLDFAST_TRACE_TAG_PREFIX)
    if (isTag) translated[toTagKey(key)] = String(value)
    else set(translated, key, makeAcceptable(key, value))
  }
  set(translated, spanInputs, attributes[spanInputs] ?? findInputs(attributes))
  set(translated, spanOutputs, attributes[spanOutputs] ?? findOutputs(attributes))
  set(translated, spanTypeKey, translated[spanTypeKey] ?? findSpanType(attributes))
  if (root !== undefined && root !== '')
    set(translated, traceName, makeAcceptable(traceName, translated[traceName] ?? root))
  return translated
}

function set(attributes: Attributes, key: string, value: unknown): void {
  if (value !== undefined) attributes[key] = value
}

function findInputs(attributes: Attributes): unknown {
  const value = attributes[ATTR_INPUT_VALUE]
  if (value !== undefined) return toMlflowValue(value, attributes[ATTR_INPUT_MIME_TYPE])
  const query = attributes[ATTR_GEN_AI_RETRIEVAL_QUERY_TEXT]
  if (query !== undefined) return JSON.stringify({ query })
  return toChatMessages(attributes[ATTR_GEN_AI_INPUT_MESSAGES], attributes[ATTR_GEN_AI_SYSTEM_INSTRUCTIONS])
}

function findOutputs(attributes: Attributes): unknown {
  const value = attributes[ATTR_OUTPUT_VALUE]
  if (value !== undefined) return toMlflowValue(value, attributes[ATTR_OUTPUT_MIME_TYPE])
  const documents = attributes[ATTR_GEN_AI_RETRIEVAL_DOCUMENTS]
  if (documents !== undefined) return typeof documents === 'string' ? documents : JSON.stringify(documents)
  return toChatMessages(attributes[ATTR_GEN_AI_OUTPUT_MESSAGES])
}

/**
 * MLflow takes JSON texts of objects, lists and texts, and everything else as a plain value; a text that happens to
 * be JSON it would take for what it looks like.
 */
function toMlflowValue(value: unknown, mimeType: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value !== 'string') return JSON.stringify(value)
  if (mimeType === 'text/plain') return JSON.stringify(value)
  return toPrimitive(value) ?? value
}

function toPrimitive(text: string): number | boolean | undefined {
  if (text === 'true') return true
  if (text === 'false') return false
  // Whoever wrote a longer number wants its digits.
  if (!/^-?\d{1,15}(\.\d+)?$/.test(text)) return undefined
  const number = Number(text)
  return String(number) === text ? number : undefined
}

/** MLflow skips a tag in silence whose key is longer, has another character, or is a path that is not the shortest. */
function toTagKey(key: string): string {
  const name = key.slice(ATTR_HOLDFAST_TRACE_TAG_PREFIX.length).replace(/[^\w\-. :/]/g, '_')
  const isOddPath = /(^|\/)\.{0,2}(\/|$)/.test(name)
  return traceTagPrefix + (isOddPath ? name.replace(/[./]/g, '_') : name).slice(0, 250)
}
