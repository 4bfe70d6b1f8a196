/**
 * The counts of a JSON object: `{"input_tokens": 12}`.
 * @returns its members that are integers from 0 to 2^31 - 1; undefined when the text is no JSON object
 */
export function readJsonCounts(text: string): Readonly<Record<string, number>> | undefined {
  const parsed = parse(text)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
  return Object.fromEntries(
    Object.entries(parsed).filter(
      (entry): entry is [string, number] =>
        Number.isInteger(entry[1]) && (entry[1] as number) >= 0 && (entry[1] as number) <= 0x7fffffff,
    ),
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // a client's text: what is not JSON tells nothing
  }
}
