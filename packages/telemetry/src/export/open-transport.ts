import type { DeliveryTarget } from './delivery-target.ts'
import type { ExportRequest } from './export-request.ts'
import { nameError, retryLater, type Outcome } from './outcome.ts'
import { report } from '../report.ts'
import type { Transport } from './transport.ts'

/** Loads what the protocol needs, when the first request needs it. What cannot be set up is retried, as trouble that may pass. */
export function openTransport(target: DeliveryTarget): Transport {
  let opening: Promise<Transport> | undefined
  let isClosed = false
  const open = async (): Promise<Transport> => {
    if (target.protocol === 'grpc') return new (await import('./grpc-transport.ts')).GrpcTransport(target)
    return new (await import('./http-transport.ts')).HttpTransport(target)
  }
  const whenOpened = (act: (transport: Transport) => void): void => {
    opening?.then(act).catch((error: unknown) => report.debug(`a connection stays: ${nameError(error)}`))
  }
  return {
    async send(request: ExportRequest): Promise<Outcome> {
      try {
        const transport = await (opening ??= open())
        if (isClosed) return retryLater('closed')
        return await transport.send(request)
      } catch (error) {
        opening = undefined
        return retryLater(nameError(error))
      }
    },
    letGo() {
      whenOpened((transport) => transport.letGo())
    },
    close() {
      isClosed = true
      whenOpened((transport) => transport.close())
    },
  }
}
