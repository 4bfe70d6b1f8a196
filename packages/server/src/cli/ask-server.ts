import type { Problem } from '../query/contract.ts'
import { CommandFailure } from './command-context.ts'
import { parseJsonObject } from './parse-json-object.ts'

export interface Answer<Body> {
  readonly status: number
  readonly body: Body | Problem
}

// Longer than any query may run in the database.
const timeoutMs = 60_000

/** Asks the Query API for `path`. @throws CommandFailure when the server refuses or nothing answers */
export async function askServer<Body>(
  url: string,
  path: string,
  parameters: Readonly<Record<string, string | number | undefined>> = {},
): Promise<Body> {
  const { status, body } = await askServerAnyway<Body>(url, path, parameters)
  if (status < 300) return body as Body
  throw failureOf(body as Problem)
}

export function failureOf({ detail, code }: Problem): CommandFailure {
  return new CommandFailure(`${detail} (${code})`)
}

/** The same, where a refusal is an answer too. */
export async function askServerAnyway<Body>(
  url: string,
  path: string,
  parameters: Readonly<Record<string, string | number | undefined>> = {},
): Promise<Answer<Body>> {
  const target = new URL(url.replace(/\/+$/, '') + path)
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) target.searchParams.set(name, String(value))
  }
  const response = await fetchFrom(target, url)
  const text = await response.text()
  const body = parseJsonObject(text)
  const isHoldfast =
    body !== undefined && (response.ok || typeof (body as Partial<Problem>).code === 'string')
  if (!isHoldfast) {
    throw new CommandFailure(
      `what answers at ${url} is not Holdfast's Query API (HTTP ${response.status}); name another address with --url`,
    )
  }
  return { status: response.status, body: body as Body | Problem }
}

async function fetchFrom(target: URL, url: string): Promise<Response> {
  try {
    return await fetch(target, {
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: 'application/json' },
    })
  } catch (error) {
    throw new CommandFailure(
      `no Holdfast answers at ${url} (${reasonOf(error)}); start one with \`holdfast start\`, or name another with --url`,
      { cause: error },
    )
  }
}

function reasonOf(error: unknown): string {
  const { cause, name, message } = error as {
    cause?: { code?: string; message?: string }
    name: string
    message: string
  }
  return (
    cause?.code ?? cause?.message ?? (name === 'TimeoutError' ? `silent for ${timeoutMs / 1000} s` : message)
  )
}
