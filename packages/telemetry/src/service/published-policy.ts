// The content policy in force in this process, for MCP tracing: that has no service to ask, and may even come from
// another copy of the package. Hence a well-known symbol.
import type { ContentPolicy } from './content-policy.ts'

const policyKey = Symbol.for('holdfast.telemetry.content-policy.1')
type Holder = { [policyKey]?: ContentPolicy }

/** Of the newest service or span processor. It outlives them: what was not to be recorded stays so. */
export function publishPolicy({ captureContent, valueMaxChars }: ContentPolicy): void {
  ;(globalThis as Holder)[policyKey] = { captureContent, valueMaxChars }
}

/** Undefined where neither a service nor a processor was made. */
export function publishedPolicy(): ContentPolicy | undefined {
  return (globalThis as Holder)[policyKey]
}
