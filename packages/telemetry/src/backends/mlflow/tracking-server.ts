import type { MlflowSettings } from '../../settings/settings.ts'

/** An MLflow tracking server, and how we say who we are. */
export interface TrackingServer {
  /** Without a slash at its end; a path of its own stays. */
  readonly baseUrl: string
  readonly authorization: string | undefined
}

/**
 * Reads MLFLOW_TRACKING_URI and its credentials: MLFLOW_TRACKING_USERNAME and _PASSWORD, or those in the address, go
 * before MLFLOW_TRACKING_TOKEN, as with MLflow's own clients.
 * @returns undefined for what is no HTTP server: `databricks`, a folder, a database
 */
export function findTrackingServer(settings: MlflowSettings): TrackingServer | undefined {
  const { trackingUri, token } = settings
  if (!/^https?:\/\//i.test(trackingUri) || !URL.canParse(trackingUri)) return undefined
  const url = new URL(trackingUri)
  const username = settings.username ?? decodeURIComponent(url.username)
  const password = settings.password ?? decodeURIComponent(url.password)
  const path = url.pathname.replace(/\/+$/, '')
  return {
    baseUrl: `${url.protocol}//${url.host}${path}`,
    authorization: authorize(username, password, token),
  }
}

function authorize(username: string, password: string, token: string | undefined): string | undefined {
  if (username !== '' && password !== '') {
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  }
  return token === undefined || token === '' ? undefined : `Bearer ${token}`
}
