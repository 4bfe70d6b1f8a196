/** Why a question has no answer; also what the root span has as its `error.type`, so keep them few. */
export type FailureKind =
  | 'QuestionTooLong'
  | 'ModelAway'
  | 'ModelBusy'
  | 'ModelRefused'
  | 'ModelNonsense'
  | 'ToolsAway'
  | 'ToolsNonsense'
  | 'ToolFailed'
  | 'NotAnswerable'
  | 'SqlFailed'

/** Not the question's doing: the next one would fare no better. */
export const outages: readonly unknown[] = [
  'ModelAway',
  'ModelBusy',
  'ModelRefused',
  'ToolsAway',
] satisfies FailureKind[]

/** Ends one question, not the agent. The message says what happened and what to do, for whoever asked. */
export class QuestionFailure extends Error {
  readonly kind: FailureKind

  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = kind
    this.kind = kind
  }
}
