// What MLflow means by a refusal. It answers OTLP requests with FastAPI's JSON (`detail`) or its own (`error_code`,
// `message`), not with a google.rpc.Status. Its messages can quote the statement that failed, span content and all:
// only codes are repeated.
import { report } from '../../report.ts'
import type { TrackingServer } from './tracking-server.ts'

interface Refusal {
  readonly reason: string
  /** The same request may be taken later; undefined: OTLP's rule for the status. */
  readonly mayPass: boolean | undefined
}

/**
 * Whatever somebody can repair (the server's address, our credentials, the experiment) may pass: spans wait. What
 * MLflow has against the spans themselves, or cannot do at all, does not.
 * @param experimentIsGone called when the experiment is not there (any more)
 */
export function explainRefusal(
  { baseUrl }: TrackingServer,
  status: number,
  body: Uint8Array,
  experimentIsGone: () => void,
): Refusal {
  const code = readErrorCode(body)
  const answer = code === undefined ? `HTTP ${status}` : `HTTP ${status} ${code}`
  switch (status) {
    case 401:
    case 403:
      return wait(
        'HOLDFAST_MLFLOW_UNAUTHORIZED',
        `MLflow at ${baseUrl} refuses us (${answer}); set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, of somebody who may write to the experiment`,
      )
    case 404:
      experimentIsGone()
      if (code !== undefined)
        return { reason: `${answer}: the experiment is gone; it is looked for again`, mayPass: true }
      return wait(
        'HOLDFAST_MLFLOW_TOO_OLD',
        `what answers at ${baseUrl} takes no traces over OTLP (${answer}); it needs MLflow 3.6 or newer`,
      )
    case 400:
    case 422:
      return refuse(answer, "it cannot convert or store these spans; MLflow's log says why")
    case 413:
      return refuse(
        answer,
        'the request is too large for it, or for a proxy before it; lower OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
      )
    case 501:
      return refuse(
        answer,
        'its file store keeps no spans; start MLflow with a database (--backend-store-uri sqlite:///mlflow.db)',
      )
    default:
      return { reason: answer, mayPass: undefined }
  }
}

function refuse(answer: string, why: string): Refusal {
  return { reason: `${answer}: ${why}`, mayPass: false }
}

function wait(warning: string, message: string): Refusal {
  report.warnOnce(warning, `${message}. Spans for MLflow wait until then.`)
  return { reason: message, mayPass: true }
}

function readErrorCode(body: Uint8Array): string | undefined {
  try {
    const { error_code: code } = JSON.parse(new TextDecoder().decode(body)) as { error_code?: unknown }
    return typeof code === 'string' && /^[A-Z_]{1,64}$/.test(code) ? code : undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined // a page, a text, or null
    throw error
  }
}
