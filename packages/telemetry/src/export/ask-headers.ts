import type { DeliveryTarget } from './delivery-target.ts'

/** The headers of one request; rejects when they are not there by the deadline, or when making them failed. */
export function askHeaders(
  target: DeliveryTarget,
  deadline: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  return new Promise((done, fail) => {
    deadline.addEventListener('abort', () => fail(deadline.reason as Error), { once: true })
    target.headers().then(done, fail)
  })
}
