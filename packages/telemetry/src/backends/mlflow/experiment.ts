// The experiment that traces go to. It is looked for when the first spans are sent, not at the start: a tracking
// server that is away must not hold up the agent. Nothing of a failure is kept: the next request asks again, so that
// what somebody repairs takes effect, and the spans wait until then.
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { report } from '../../report.ts'
import type { TrackingServer } from './tracking-server.ts'

/** MLflow's own, which it has from the start: with it all processes of a trace agree without being told. */
const defaultExperimentName = 'Default'

const maxAnswerBytes = 1024 * 1024

export interface ExperimentOptions {
  readonly server: TrackingServer
  /** At most one of the two; without either, MLflow's `Default`. */
  readonly name: string | undefined
  readonly id: string | undefined
  readonly timeoutMs: number
}

export interface Experiment {
  /** Its id. Rejects, with what is to be done, as long as there is no such experiment and none can be made. */
  findId(): Promise<string>
  /** The id may have become wrong: the next `findId` asks the server. */
  forget(): void
}

interface Found {
  readonly experiment_id: string
  readonly lifecycle_stage: string
}

interface Answer {
  readonly status: number
  readonly body: {
    readonly error_code?: string
    readonly experiment_id?: string
    readonly experiment?: Found
  }
}

export function openExperiment(options: ExperimentOptions): Experiment {
  let finding: Promise<string> | undefined
  return {
    findId() {
      finding ??= find(options).catch((error: unknown) => {
        finding = undefined
        throw error
      })
      return finding
    },
    forget() {
      finding = undefined
    },
  }
}

async function find(options: ExperimentOptions): Promise<string> {
  if (options.id !== undefined) {
    const answer = await ask(
      options,
      'GET',
      `experiments/get?experiment_id=${encodeURIComponent(options.id)}`,
    )
    if (answer.body.experiment !== undefined) return useIfActive(answer.body.experiment, options.id)
    throw explain(
      options,
      answer,
      `has no experiment with the id ${options.id}: correct MLFLOW_EXPERIMENT_ID`,
    )
  }
  const name = options.name ?? defaultExperimentName
  const path = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`
  const found = await ask(options, 'GET', path)
  if (found.body.experiment !== undefined) return useIfActive(found.body.experiment, name)
  if (found.status !== 404 || found.body.error_code === undefined)
    throw explain(options, found, 'does not tell its experiments')
  const created = await ask(options, 'POST', 'experiments/create', { name })
  if (created.body.experiment_id !== undefined) return created.body.experiment_id
  // Another process was faster.
  const again = await ask(options, 'GET', path)
  if (again.body.experiment !== undefined) return useIfActive(again.body.experiment, name)
  throw explain(options, created, `has no experiment "${name}" and makes none`)
}

function useIfActive({ experiment_id: id, lifecycle_stage: stage }: Found, called: string): string {
  if (stage !== 'deleted') return id
  throw warn(
    'HOLDFAST_MLFLOW_EXPERIMENT_DELETED',
    `the MLflow experiment "${called}" was deleted; restore it (mlflow experiments restore --experiment-id ${id}), or set MLFLOW_EXPERIMENT_NAME to another name`,
  )
}

function explain({ server }: ExperimentOptions, { status, body }: Answer, otherwise: string): Error {
  if (status === 401 || status === 403) {
    return warn(
      'HOLDFAST_MLFLOW_UNAUTHORIZED',
      `MLflow at ${server.baseUrl} refuses us (HTTP ${status}); set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, of somebody who may write to the experiment`,
    )
  }
  if (status === 404 && body.error_code === undefined) {
    return warn(
      'HOLDFAST_MLFLOW_NOT_FOUND',
      `what answers at ${server.baseUrl} is not MLflow's REST API (HTTP 404); correct MLFLOW_TRACKING_URI`,
    )
  }
  if (status >= 300 && status < 400) {
    return warn(
      'HOLDFAST_MLFLOW_REDIRECTS',
      `MLflow at ${server.baseUrl} redirects us (HTTP ${status}); set MLFLOW_TRACKING_URI to the address that it redirects to`,
    )
  }
  // It may pass; the delivery says it when it lasts.
  if (status >= 500 || status === 429) {
    return Object.assign(new Error(`MLflow answers HTTP ${status}`), { code: `HTTP ${status}` })
  }
  return warn(
    'HOLDFAST_MLFLOW_EXPERIMENT',
    `MLflow at ${server.baseUrl} ${otherwise} (HTTP ${status} ${body.error_code ?? ''})`,
  )
}

function warn(code: string, message: string): Error {
  report.warnOnce(code, `${message}. Spans for MLflow wait until then.`)
  return Object.assign(new Error(message), { code })
}

async function ask(
  { server, timeoutMs }: ExperimentOptions,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<Answer> {
  const url = new URL(`${server.baseUrl}/api/2.0/mlflow/${path}`)
  const text = body === undefined ? '' : JSON.stringify(body)
  const answer = await new Promise<IncomingMessage>((done, fail) => {
    // Not by fetch: what instruments fetch shall not see us.
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = open(url, {
      method,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        ...(body !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        }),
        ...(server.authorization !== undefined && { authorization: server.authorization }),
      },
    })
    request.once('response', done).once('error', fail)
    request.once('socket', (socket) => socket.unref())
    request.end(text)
  })
  return { status: answer.statusCode ?? 0, body: await readBody(answer) }
}

async function readBody(answer: IncomingMessage): Promise<Answer['body']> {
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) {
    text += chunk as string
    if (text.length > maxAnswerBytes) break
  }
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null ? body : {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}
