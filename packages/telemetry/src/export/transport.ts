import type { ExportRequest } from './export-request.ts'
import type { Outcome } from './outcome.ts'

/** Sends requests to one target. */
export interface Transport {
  /** One attempt; never rejects. Takes the target's timeoutMs at most. */
  send(request: ExportRequest): Promise<Outcome>
  /** Cuts off what is under way and keeps the process alive; what is sent later is sent as ever. */
  letGo(): void
  /** Lets go of connections; what is under way is cut off. */
  close(): void
}
