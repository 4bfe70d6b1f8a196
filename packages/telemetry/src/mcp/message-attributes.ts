// What an MCP request or notification is called and what its span says from the start (gen-ai/mcp.md, "Client",
// "Server"). All of it comes from the peer or the caller, so all of it is bounded.
import type { Attributes } from '@opentelemetry/api'
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROMPT_NAME,
  ATTR_GEN_AI_TOOL_CALL_ARGUMENTS,
  ATTR_GEN_AI_TOOL_NAME,
  ATTR_JSONRPC_PROTOCOL_VERSION,
  ATTR_JSONRPC_REQUEST_ID,
  ATTR_MCP_METHOD_NAME,
  ATTR_MCP_RESOURCE_URI,
} from '../conventions.ts'
import { boundedText, contentAttributes } from './bounded-text.ts'
import { ownValue, requestIdOf, type Message } from './mcp-shapes.ts'

const maxNameChars = 128
const maxUriChars = 1024

const resourceMethods = new Set([
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'notifications/resources/updated',
])

export interface MessageDescription {
  /** `{mcp.method.name} {tool or prompt}`. */
  readonly spanName: string
  readonly method: string
  readonly toolName: string | undefined
  readonly attributes: Attributes
}

/**
 * `message` is a request or a notification: it has a `method`. `contentMaxChars`: how much is recorded of a tool's
 * arguments, 0 for nothing.
 */
export function describeMessage(message: Message, contentMaxChars: number): MessageDescription {
  const method = boundedText(String(message['method']), maxNameChars)
  const params = ownValue(message, 'params')
  const attributes: Attributes = { [ATTR_MCP_METHOD_NAME]: method }

  const toolName = method === 'tools/call' ? nameIn(params) : undefined
  if (method === 'tools/call') attributes[ATTR_GEN_AI_OPERATION_NAME] = 'execute_tool'
  if (toolName !== undefined) attributes[ATTR_GEN_AI_TOOL_NAME] = toolName
  const promptName = promptNameIn(method, params)
  if (promptName !== undefined) attributes[ATTR_GEN_AI_PROMPT_NAME] = promptName
  const uri = resourceMethods.has(method) ? ownValue(params, 'uri') : undefined
  if (typeof uri === 'string')
    attributes[ATTR_MCP_RESOURCE_URI] = boundedText(withoutSecrets(uri), maxUriChars)

  const id = requestIdOf(message['id'])
  if (id !== undefined) attributes[ATTR_JSONRPC_REQUEST_ID] = boundedText(String(id), maxNameChars)
  const version = message['jsonrpc']
  if (typeof version === 'string' && version !== '2.0') {
    attributes[ATTR_JSONRPC_PROTOCOL_VERSION] = boundedText(version, maxNameChars)
  }
  if (method === 'tools/call') {
    const content = ownValue(params, 'arguments')
    Object.assign(attributes, contentAttributes(ATTR_GEN_AI_TOOL_CALL_ARGUMENTS, content, contentMaxChars))
  }
  const target = toolName ?? promptName
  return { spanName: target === undefined ? method : `${method} ${target}`, method, toolName, attributes }
}

/** The URI up to its query, without a password: names of resources are no content, tokens and questions are. */
function withoutSecrets(uri: string): string {
  const end = uri.search(/[?#]/)
  return (end < 0 ? uri : uri.slice(0, end)).replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1')
}

function promptNameIn(method: string, params: unknown): string | undefined {
  if (method === 'prompts/get') return nameIn(params)
  const ref = method === 'completion/complete' ? ownValue(params, 'ref') : undefined
  return ownValue(ref, 'type') === 'ref/prompt' ? nameIn(ref) : undefined
}

function nameIn(value: unknown): string | undefined {
  const name = ownValue(value, 'name')
  return typeof name === 'string' && name !== '' ? boundedText(name, maxNameChars) : undefined
}
