// Every variable that the package reads, once. The README's table is tested against it. `default` is what counts when
// a variable is unset, empty or bad; in parentheses where it is not a value but follows from something else.

/** One variable. */
export interface Setting {
  readonly name: string
  readonly default: string
  /** Of its value; empty where it has none. */
  readonly unit: string
  readonly description: string
}

export const settingsTable = [
  row(
    'TELEMETRY_BACKEND',
    'otel',
    '',
    'Where spans go: `otel`, `mlflow`, `dual` (both), `memory` (for tests) or `off`.',
  ),
  row(
    'TELEMETRY_CAPTURE_CONTENT',
    'explicit',
    '',
    'What content is recorded: `explicit` (what is passed to `inputs`, `setInputs`, `setOutputs`), `all` (also messages, tool arguments and results that helpers see) or `none`.',
  ),
  row(
    'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT',
    '(unset)',
    '',
    '`true`, `SPAN_ONLY` or `SPAN_AND_EVENT` mean `TELEMETRY_CAPTURE_CONTENT=all`, where that is not set.',
  ),
  row(
    'TELEMETRY_VALUE_MAX_CHARS',
    '65536',
    'characters',
    'How much is recorded of one input, output or message list; the rest is left out, with a mark.',
  ),
  row(
    'TELEMETRY_PENDING_SPANS',
    'auto',
    '',
    'Shows spans before they end: `auto` to a server that says it is Holdfast, `on` to any (a Collector before Holdfast), `off` to none. Never to MLflow.',
  ),
  row(
    'TELEMETRY_EXIT_HOOKS',
    'on',
    '',
    'Writes what is undelivered to the spool when the process exits or is ended by SIGTERM, SIGINT or SIGHUP. `off` leaves that to `shutdown()`.',
  ),
  row(
    'TELEMETRY_SPOOL_DIR',
    '(`${XDG_STATE_HOME:-~/.local/state}/holdfast/spool`)',
    '',
    'Folder for spans that could not be delivered; `off` keeps nothing on disk.',
  ),
  row('TELEMETRY_SPOOL_MAX_BYTES', '268435456', 'bytes', 'Bound of the spool, for each destination.'),
  row(
    'TELEMETRY_QUEUE_MAX_BYTES',
    '67108864',
    'bytes',
    'Bound of what waits in memory to be sent, for each destination.',
  ),
  row(
    'OTEL_TRACES_EXPORTER',
    '(unset)',
    '',
    '`none` is `TELEMETRY_BACKEND=off`, where that is not set. Other values are for an SDK of your own.',
  ),
  row('OTEL_SDK_DISABLED', 'false', '', '`true` is `TELEMETRY_BACKEND=off`.'),
  row(
    'OTEL_SERVICE_NAME',
    '(`unknown_service:node`)',
    '',
    '`service.name`, where `createTelemetry` is not given one.',
  ),
  row(
    'OTEL_RESOURCE_ATTRIBUTES',
    '(none)',
    '',
    'Attributes of the resource: `key=value,key=value`, percent-encoded.',
  ),
  row(
    'OTEL_TRACES_SAMPLER',
    'parentbased_always_on',
    '',
    '`always_on`, `always_off`, `traceidratio`, `parentbased_always_on`, `parentbased_always_off` or `parentbased_traceidratio`.',
  ),
  row('OTEL_TRACES_SAMPLER_ARG', '1', '', 'Of the ratio samplers: the share of traces, 0 to 1.'),
  row(
    'OTEL_PROPAGATORS',
    'tracecontext,baggage',
    '',
    'Which of `tracecontext` and `baggage` carry context between processes, or `none`.',
  ),
  row('OTEL_BSP_SCHEDULE_DELAY', '5000', 'ms', 'How long ended spans wait for others.'),
  row('OTEL_BSP_EXPORT_TIMEOUT', '30000', 'ms', "The batch processor's own bound for handing on a batch."),
  row(
    'OTEL_BSP_MAX_QUEUE_SIZE',
    '2048',
    'spans',
    'Queue of the batch processor. It is handed on before it overflows.',
  ),
  row('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '512', 'spans', 'Most spans of one batch.'),
  row('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', '(none)', 'characters', 'Longest attribute value.'),
  row('OTEL_ATTRIBUTE_COUNT_LIMIT', '128', '', 'Most attributes of a span.'),
  row(
    'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    '(`OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`)',
    'characters',
    'The same, of spans.',
  ),
  row('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', '(`OTEL_ATTRIBUTE_COUNT_LIMIT`)', '', 'The same, of spans.'),
  row('OTEL_SPAN_EVENT_COUNT_LIMIT', '128', '', 'Most events of a span.'),
  row('OTEL_SPAN_LINK_COUNT_LIMIT', '128', '', 'Most links of a span.'),
  row('OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', '128', '', 'Most attributes of an event.'),
  row('OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', '128', '', 'Most attributes of a link.'),
  row(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    '(`http://localhost:4317` for grpc, `http://localhost:4318` for http)',
    '',
    'Where OTLP goes. For HTTP, `v1/traces` is appended.',
  ),
  row(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    '(from `OTEL_EXPORTER_OTLP_ENDPOINT`)',
    '',
    'The same for traces; for HTTP, used as it is.',
  ),
  ...forTraces('PROTOCOL', 'grpc', '', '`grpc`, `http/protobuf` or `http/json`.'),
  ...forTraces('HEADERS', '(none)', '', 'Headers of each request: `key=value,key=value`, percent-encoded.'),
  ...forTraces('COMPRESSION', 'none', '', '`gzip` or `none`.'),
  ...forTraces('TIMEOUT', '10000', 'ms', 'For one request.'),
  ...forTraces(
    'CERTIFICATE',
    '(the system’s)',
    '',
    'File with the certificate authorities to trust, in PEM.',
  ),
  ...forTraces('CLIENT_KEY', '(none)', '', 'File with the key of the client certificate, in PEM.'),
  ...forTraces('CLIENT_CERTIFICATE', '(none)', '', 'File with the client certificate, in PEM.'),
  ...forTraces('INSECURE', 'false', '', '`true`: gRPC without TLS, where the endpoint has no scheme.'),
  row(
    'OTEL_LOG_LEVEL',
    '(no log)',
    '',
    'Writes what the SDK and this package say of themselves to stderr: `error`, `warn`, `info`, `debug`, `verbose`, `all` or `none`.',
  ),
  row(
    'MLFLOW_TRACKING_URI',
    '(none)',
    '',
    'The MLflow server, for `mlflow` and `dual`: `http://…` or `https://…`.',
  ),
  row(
    'MLFLOW_EXPERIMENT_NAME',
    '(`Default`)',
    '',
    'The experiment that traces go to; made if it does not exist.',
  ),
  row('MLFLOW_EXPERIMENT_ID', '(none)', '', 'The same by its id, which wins over the name.'),
  row('MLFLOW_TRACKING_TOKEN', '(none)', '', 'Bearer token for MLflow.'),
  row('MLFLOW_TRACKING_USERNAME', '(none)', '', 'User for MLflow’s basic authentication.'),
  row('MLFLOW_TRACKING_PASSWORD', '(none)', '', 'Password for it.'),
] as const

/** A name in the table: nothing else can be read. */
export type SettingName = (typeof settingsTable)[number]['name']

function row<const Name extends string>(
  name: Name,
  defaultValue: string,
  unit: string,
  description: string,
): Setting & { readonly name: Name } {
  return { name, default: defaultValue, unit, description }
}

function forTraces<const Word extends string>(
  word: Word,
  defaultValue: string,
  unit: string,
  description: string,
) {
  const general = `OTEL_EXPORTER_OTLP_${word}` as const
  const traces = `OTEL_EXPORTER_OTLP_TRACES_${word}` as const
  return [
    row(general, defaultValue, unit, description),
    row(traces, `(\`${general}\`)`, unit, 'The same, for traces only.'),
  ] as const
}
