import { version } from '../version.ts'

/** https://github.com/open-telemetry/opentelemetry-specification/blob/main/specification/protocol/exporter.md#user-agent */
export const userAgent = `Holdfast-Telemetry-JavaScript/${version}`
