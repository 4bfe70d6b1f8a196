/**
 * In every success of both doors, with the version of this server as its value: a header over HTTP, initial metadata over
 * gRPC. A sender knows by it whom it speaks to: @holdfast/telemetry shows spans that have not ended to nobody else.
 */
export const versionHeader = 'holdfast-version'
