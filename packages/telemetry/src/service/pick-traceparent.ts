// Two instrumentations on the way write two `traceparent` headers, which Node joins with a comma.

/** W3C Trace Context, "traceparent Header Field Values": no ids of zeros, no version ff. */
const validPattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-|$)/
/** What is longer is not looked at: a valid one has 55 characters, and a few may be joined. */
const maxChars = 8192

/** The first valid one of several, also of those that were joined. */
export function pickTraceparent(texts: readonly string[]): string | undefined {
  for (const text of texts) {
    if (text.length > maxChars) continue
    const valid = text
      .split(',')
      .map((part) => part.trim())
      .find((part) => validPattern.test(part))
    if (valid !== undefined) return valid
  }
  return undefined
}
