/** Why the embedded server cannot run; `message` says what to do about it. */
export type EmbeddedServerFault =
  | 'no_binaries' // none for this platform, or they do not run
  | 'data_in_use' // another Holdfast has this data directory
  | 'data_of_another_version' // made by another major version of PostgreSQL
  | 'data_not_ours' // not a data directory, or another user's
  | 'no_space'
  | 'start_failed'

export class EmbeddedServerError extends Error {
  readonly code: EmbeddedServerFault

  constructor(code: EmbeddedServerFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'EmbeddedServerError'
    this.code = code
  }
}
