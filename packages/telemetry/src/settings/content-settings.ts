// Which content may be recorded, as the environment has it: for the service, and for MCP tracing where there is none. Hence
// no SDK here.
import type { Environment } from './environment.ts'
import type { ContentCapture, Settings } from './settings.ts'

/** Bad values are told to `environment`, and the defaults count. */
export function readContentSettings(
  environment: Environment,
): Pick<Settings, 'captureContent' | 'valueMaxChars'> {
  return {
    captureContent: readCapture(environment),
    valueMaxChars: environment.integer('TELEMETRY_VALUE_MAX_CHARS', 64),
  }
}

function readCapture(environment: Environment): ContentCapture {
  const ours = environment.word('TELEMETRY_CAPTURE_CONTENT', ['explicit', 'all', 'none'])
  // Nor is a word that we do not know a leave to record more than by default.
  if (environment.text('TELEMETRY_CAPTURE_CONTENT') !== undefined) return ours ?? 'explicit'
  const standard = environment.word('OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT', [
    'true',
    'span_only',
    'span_and_event',
    'event_only',
    'no_content',
    'false',
  ])
  return standard === 'true' || standard === 'span_only' || standard === 'span_and_event' ? 'all' : 'explicit'
}
