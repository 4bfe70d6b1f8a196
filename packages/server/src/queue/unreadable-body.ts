/** The bytes of a body are not the ones that were written, or are gone. Names the body, never its content. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody'
  readonly bodyId: bigint
  readonly arrivalDay: string

  constructor(
    body: { readonly bodyId: bigint; readonly arrivalDay: string },
    what: string,
    options?: ErrorOptions,
  ) {
    super(`body ${body.bodyId} of ${body.arrivalDay} cannot be read: ${what}`, options)
    this.bodyId = body.bodyId
    this.arrivalDay = body.arrivalDay
  }
}
