/** One line of the proposal, in the order of its keys. */
export interface ProposedPattern {
  readonly label: 'ENTITY' | 'ATTRIBUTE' | 'METRIC' | 'FILTER' | 'UNIT' | 'SORT' | 'COMPARATOR'
  readonly pattern: string
  readonly id: string
  /** Where it comes from. */
  readonly note: string
}

export function propose(
  label: ProposedPattern['label'],
  pattern: string,
  id: string,
  note: string,
): ProposedPattern {
  return { label, pattern, id, note }
}
