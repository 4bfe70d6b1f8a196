import type { AddressInfo, ListenOptions, Server } from 'node:net'

export interface ListenTarget {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** What opens there, for the error message: 'OTLP/gRPC'. */
  readonly protocol: string
  /** The setting that chose the port. */
  readonly setting: string
}

/**
 * Starts to listen.
 * @returns the port
 * @throws Error that says which port it is about, which setting chose it and what to do
 */
export async function listen(server: Server, target: ListenTarget): Promise<number> {
  const options: ListenOptions = { host: target.host, port: target.port, backlog: 1024 }
  await new Promise<void>((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => reject(explainListenError(error, target))
    server.once('error', onError)
    server.listen(options, () => {
      server.off('error', onError)
      resolve()
    })
  })
  return (server.address() as AddressInfo).port
}

/** Also for the Query API's port, which opens otherwise and fails alike. */
export function explainListenError(error: NodeJS.ErrnoException, target: ListenTarget): Error {
  const { host, port, protocol, setting } = target
  const cannot = `cannot open the ${protocol} port ${port} on ${host}`
  switch (error.code) {
    case 'EADDRINUSE':
      return new Error(
        `${cannot}: another program listens there, perhaps another Holdfast or an OpenTelemetry Collector. ` +
          `Stop it, or set ${setting} to a free port.`,
        { cause: error },
      )
    case 'EACCES':
      return new Error(`${cannot}: not permitted. Set ${setting} to a port of 1024 or above.`, {
        cause: error,
      })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Error(`${cannot}: this machine has no such address. Correct HOLDFAST_HOST.`, {
        cause: error,
      })
    default:
      return new Error(`${cannot}: ${error.message} (port from ${setting})`, { cause: error })
  }
}
