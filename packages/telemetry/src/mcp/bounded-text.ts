// Text from a peer, cut to what a span should hold.

/** The first `maxChars` UTF-16 units of it, with an ellipsis where more was cut off. */
export function boundedText(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 1)}…`
}

/** JSON of it, cut; what cannot be written as JSON is said to be so. */
export function boundedJson(value: unknown, maxChars: number): string | undefined {
  if (value === undefined) return undefined
  try {
    const json = JSON.stringify(value) as string | undefined
    return json === undefined ? undefined : boundedText(json, maxChars)
  } catch (error) {
    return `"[cannot be written as JSON: ${error instanceof Error ? error.name : typeof error}]"`
  }
}
