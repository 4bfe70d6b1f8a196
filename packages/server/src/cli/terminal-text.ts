// Text for a terminal: names come from whoever sends spans, so nothing in them may drive the terminal.

/**
 * Makes control characters visible and harmless: escape sequences, line breaks, and what turns the direction of writing
 * or hides characters. C0 controls become their pictures, the others U+FFFD.
 */
export function neutralise(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu, (character) => {
    const code = character.codePointAt(0)!
    if (code === zeroWidthJoiner) return character
    if (code < 0x20) return String.fromCodePoint(0x2400 + code)
    return code === 0x7f ? '\u2421' : '\uFFFD'
  })
}

// Holds emoji together; harmless.
const zeroWidthJoiner = 0x200d

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** How many columns a terminal takes for a text without control characters. */
export function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let columns = 0
  for (const { segment } of graphemes.segment(text)) columns += columnsOfGrapheme(segment)
  return columns
}

const markOnly = /^[\p{Mn}\p{Me}\u200d]+$/u
// East Asian wide and fullwidth blocks (Unicode Standard Annex 11), and emoji.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u

function columnsOfGrapheme(segment: string): number {
  if (markOnly.test(segment)) return 0
  return wide.test(segment) ? 2 : 1
}

/** Cuts or fills a text to exactly `columns`; what is cut ends in an ellipsis. */
export function fit(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const cut = truncate(text, columns)
  const padding = ' '.repeat(columns - columnsOf(cut))
  return align === 'left' ? cut + padding : padding + cut
}

function truncate(text: string, columns: number): string {
  // The longest grapheme takes a code unit at least; what is far too long is cut before it is measured.
  const near = text.length > columns * 32 ? text.slice(0, columns * 32) : text
  if (near === text && columnsOf(text) <= columns) return text
  if (columns === 0) return ''
  let kept = ''
  let used = 0
  for (const { segment } of graphemes.segment(near)) {
    const width = columnsOfGrapheme(segment)
    if (used + width > columns - 1) break
    kept += segment
    used += width
  }
  return `${kept}…`
}
