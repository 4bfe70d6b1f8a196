import type { Rejection } from './rejection.ts'

export interface RequestUnderWay {
  /** Answers a request whose bytes have not all arrived; one that has been handed on is left alone. */
  refuseIfArriving(rejection: Rejection): void
}

/** The requests of one door that have no answer yet. */
export class RequestsUnderWay<T extends RequestUnderWay> {
  readonly #requests = new Set<T>()
  #onNone: (() => void)[] = []

  get count(): number {
    return this.#requests.size
  }

  add(request: T): void {
    this.#requests.add(request)
  }

  /** To be called when the request is answered or its client has left; again is harmless. */
  remove(request: T): void {
    if (!this.#requests.delete(request) || this.#requests.size > 0) return
    const waiting = this.#onNone
    this.#onNone = []
    for (const resolve of waiting) resolve()
  }

  /** Those for which `isWanted` holds. */
  filter(isWanted: (request: T) => boolean): T[] {
    return [...this.#requests].filter(isWanted)
  }

  refuseArriving(rejectionOf: (request: T) => Rejection | undefined): void {
    for (const request of [...this.#requests]) {
      const rejection = rejectionOf(request)
      if (rejection !== undefined) request.refuseIfArriving(rejection)
    }
  }

  /** Resolves as soon as there are none. */
  none(): Promise<void> {
    if (this.#requests.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#onNone.push(resolve))
  }
}
