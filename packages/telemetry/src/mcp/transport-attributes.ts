// What a connection tells of itself (gen-ai/mcp.md, "Recording MCP transport"). The SDKs do not say which transport
// they hand over, so it is told by its shape; of one that is unknown nothing is claimed.
import type { Attributes } from '@opentelemetry/api'
import {
  ATTR_MCP_PROTOCOL_VERSION,
  ATTR_MCP_SESSION_ID,
  ATTR_NETWORK_PROTOCOL_NAME,
  ATTR_NETWORK_TRANSPORT,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from '../conventions.ts'
import { boundedText } from './bounded-text.ts'
import { isRecord, ownValue, type Message, type Transport } from './mcp-shapes.ts'

const protocolVersionKey = 'io.modelcontextprotocol/protocolVersion'

/** What stays the same for every message of the transport. */
export function describeTransport(transport: Transport): Attributes {
  const shape = transport as unknown as Record<string, unknown>
  const url = shape['_url']
  if (url instanceof URL) {
    const isWebSocket = url.protocol === 'ws:' || url.protocol === 'wss:'
    return {
      ...overTcp(isWebSocket ? 'websocket' : 'http'),
      [ATTR_SERVER_ADDRESS]: boundedText(url.hostname, 255),
      [ATTR_SERVER_PORT]: portOf(url),
    }
  }
  if (isStdio(shape) || isStdio(shape['_wire'])) return { [ATTR_NETWORK_TRANSPORT]: 'pipe' }
  return servesHttp(transport) ? overTcp('http') : {}
}

/** A transport that is handed HTTP requests: what it receives it receives within one. */
export function servesHttp(transport: Transport): boolean {
  const shape = transport as unknown as Record<string, unknown>
  return ['handleRequest', 'handlePostMessage'].some((name) => typeof shape[name] === 'function')
}

function isStdio(shape: unknown): boolean {
  return isRecord(shape) && ('_serverParams' in shape || ('_stdin' in shape && '_stdout' in shape))
}

/** QUIC cannot be told from TCP here. */
export function overTcp(protocolName: 'http' | 'websocket'): Attributes {
  return { [ATTR_NETWORK_TRANSPORT]: 'tcp', [ATTR_NETWORK_PROTOCOL_NAME]: protocolName }
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port)
  return url.protocol === 'https:' || url.protocol === 'wss:' ? 443 : 80
}

/** What can change from message to message; `negotiatedVersion` is what `initialize` came to, if it was seen. */
export function describeSession(
  transport: Transport,
  message: Message,
  negotiatedVersion: string | undefined,
): Attributes {
  const attributes: Attributes = {}
  if (typeof transport.sessionId === 'string' && transport.sessionId !== '') {
    attributes[ATTR_MCP_SESSION_ID] = boundedText(transport.sessionId, 128)
  }
  const version = versionIn(message) ?? negotiatedVersion ?? transport.protocolVersion
  if (typeof version === 'string') attributes[ATTR_MCP_PROTOCOL_VERSION] = boundedText(version, 64)
  return attributes
}

/** From 2026-07-28 on each request names its version. */
function versionIn(message: Message): string | undefined {
  const version = ownValue(ownValue(ownValue(message, 'params'), '_meta'), protocolVersionKey)
  return typeof version === 'string' ? version : undefined
}
