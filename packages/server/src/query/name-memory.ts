/** Remembers what is known of names that come from outside: bounded, and forgotten as a whole when it is full. */
export class NameMemory<T> {
  readonly #values = new Map<string, T>()
  readonly #maxNames: number

  constructor(maxNames: number) {
    this.#maxNames = maxNames
  }

  get(name: string): T | undefined {
    return this.#values.get(name)
  }

  set(name: string, value: T): void {
    if (this.#values.size >= this.#maxNames) this.#values.clear()
    this.#values.set(name, value)
  }
}
