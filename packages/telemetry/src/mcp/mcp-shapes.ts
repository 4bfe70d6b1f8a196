// What of the MCP SDKs is relied on, by shape: both generations have it, and neither is imported.

/** A JSON-RPC 2.0 message as the transports hand it over: parsed, and otherwise not to be trusted. */
export type Message = Readonly<Record<string, unknown>>

export type MessageHandler = (message: unknown, ...rest: unknown[]) => unknown

export interface Transport {
  send(message: unknown, ...rest: unknown[]): Promise<unknown>
  close?: (...parameters: unknown[]) => Promise<unknown>
  onmessage?: MessageHandler | undefined
  onclose?: (() => unknown) | undefined
  sessionId?: string | undefined
  protocolVersion?: string | undefined
}

export interface Endpoint {
  connect(transport: unknown, ...rest: unknown[]): Promise<unknown>
}

/** A `Client`, `Server` or `McpServer` of either SDK generation. */
export interface McpEndpoint {
  /** The SDK's own. */
  connect(...parameters: never[]): unknown
}

/** A transport of either SDK generation. */
export interface McpTransport {
  /** The SDK's own. */
  send(...parameters: never[]): unknown
  /** The SDK's own. */
  start(...parameters: never[]): unknown
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `object[key]`, if that is the object's own. */
export function ownValue(object: unknown, key: string): unknown {
  return isRecord(object) && Object.hasOwn(object, key) ? object[key] : undefined
}

export function isTransport(value: unknown): value is Transport {
  return isRecord(value) && typeof value['send'] === 'function' && typeof value['start'] === 'function'
}

export function isEndpoint(value: unknown): value is Endpoint {
  return isRecord(value) && typeof value['connect'] === 'function'
}

/** JSON-RPC allows strings and numbers; null says that there is none. */
export type RequestId = string | number

export function requestIdOf(value: unknown): RequestId | undefined {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined
}
