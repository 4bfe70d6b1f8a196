/** Ends the demo with a sentence for people: what happened, and what to do. */
export class DemoFailure extends Error {
  override readonly name = 'DemoFailure'
  readonly exitCode: number

  constructor(sentence: string, exitCode = 1, options?: ErrorOptions) {
    super(sentence, options)
    this.exitCode = exitCode
  }
}
