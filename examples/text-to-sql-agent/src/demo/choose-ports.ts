import { createServer } from 'node:net'

export const usualPorts = {
  HOLDFAST_PORT: 5050,
  HOLDFAST_OTLP_GRPC_PORT: 4317,
  HOLDFAST_OTLP_HTTP_PORT: 4318,
} as const

/**
 * The settings of Holdfast's ports: what the environment says, else the usual one, else, where another program has that
 * (a Holdfast at work, a Collector), any free one. `taken` are the usual ones that others have.
 */
export async function choosePorts(
  env: Readonly<Record<string, string | undefined>>,
  usual: Readonly<Record<string, number>> = usualPorts,
): Promise<{ settings: Record<string, string>; taken: number[] }> {
  const settings: Record<string, string> = {}
  const taken: number[] = []
  for (const [name, port] of Object.entries(usual)) {
    if (env[name]) continue
    const free = await isFree(port)
    settings[name] = free ? String(port) : '0'
    if (!free) taken.push(port)
  }
  return { settings, taken }
}

function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  return new Promise((done) => {
    probe.once('error', () => done(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)))
  })
}
