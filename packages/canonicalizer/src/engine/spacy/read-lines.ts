// Lines out of chunks, with a bound: what does not end is not kept.

/** Feeds on chunks of text, and calls `onLine` with each line, or `onOverflow` once when one is longer than `maxChars`. */
export function readLines(
  maxChars: number,
  onLine: (line: string) => void,
  onOverflow: () => void,
): (chunk: string) => void {
  let parts: string[] = []
  let length = 0
  let overflown = false
  return (chunk) => {
    let from = 0
    while (!overflown) {
      const end = chunk.indexOf('\n', from)
      const part = chunk.slice(from, end === -1 ? undefined : end)
      length += part.length
      if (length > maxChars) {
        overflown = true
        parts = []
        onOverflow()
        return
      }
      parts.push(part)
      if (end === -1) return
      const line = parts.join('')
      parts = []
      length = 0
      from = end + 1
      onLine(line)
    }
  }
}
