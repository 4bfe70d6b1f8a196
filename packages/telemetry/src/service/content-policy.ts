// Which content may be recorded, and how much of it: TELEMETRY_CAPTURE_CONTENT, TELEMETRY_VALUE_MAX_CHARS.
import type { ContentCapture } from '../settings/settings.ts'

/** The rule for one service. */
export interface ContentPolicy {
  readonly captureContent: ContentCapture
  readonly valueMaxChars: number
}

/** What the author passes explicitly is recorded unless capture is `none`. */
export function recordsExplicit(policy: ContentPolicy): boolean {
  return policy.captureContent !== 'none'
}

/**
 * What helpers see by themselves (messages, arguments, results) only with `all` (gen-ai-spans.md, "Capturing
 * instructions, inputs, and outputs": not by default).
 */
export function recordsAll(policy: ContentPolicy): boolean {
  return policy.captureContent === 'all'
}
