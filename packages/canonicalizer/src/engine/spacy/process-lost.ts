/** spaCy's process is away, or was killed for what it did. The message says how, never what it was asked. */
export class ProcessLost extends Error {
  override readonly name = 'ProcessLost'
}
