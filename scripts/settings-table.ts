// The tables of settings in the READMEs, which tests hold against the settings that the programs read.
import { readFileSync } from 'node:fs'

/**
 * The cells of the table between `<!-- settings -->` and `<!-- end of settings -->`, row by row, without its head. The
 * formatter pads them and escapes what Markdown would read.
 */
export function readSettingsTable(readme: URL): string[][] {
  const text = readFileSync(readme, 'utf8')
  const [, table = ''] = /<!-- settings -->([\s\S]*?)<!-- end of settings -->/.exec(text) ?? []
  return table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim().replace(/\\([*_])/g, '$1')),
    )
}

/** A default as code; bytes in MiB as well. */
export function describeValue(value: string, unit: string): string {
  return unit === 'bytes' ? `\`${value}\` (${Number(value) / 2 ** 20} MiB)` : `\`${value}\``
}
