import { stripVTControlCharacters } from 'node:util'

/**
 * A line broken at its blanks where it is wider than the terminal, with what it is indented by. A word that is wider, an
 * address say, stays whole. Without `columns` (no terminal) it stays one line.
 */
export function wrapLine(line: string, columns: number | undefined): string {
  if (columns === undefined || widthOf(line) <= columns) return line
  const indent = /^\s*/.exec(stripVTControlCharacters(line))?.[0] ?? ''
  const lines: string[] = []
  for (const word of line.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined) lines.push(word)
    else if (last.trim() === '' || widthOf(last) + 1 + widthOf(word) <= columns)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(indent + word)
  }
  return lines.join('\n')
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length
}
