// The table of settings that people read is the one the program reads.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { settings, type Setting } from './config.ts'

const readme = new URL('../../../README.md', import.meta.url)

test('the table of settings in README.md is the one in config.ts, in its order', () => {
  const [, table = ''] = /<!-- settings -->([\s\S]*?)<!-- end of settings -->/.exec(
    readFileSync(readme, 'utf8'),
  ) ?? [undefined]
  assert.deepEqual(readRows(table), settings.map(toRow))
})

function toRow(setting: Setting): string[] {
  return [`\`${setting.name}\``, setting.unit, describeDefault(setting), setting.sentence]
}

function describeDefault({ default: value, unit }: Setting): string {
  if (value === '') return 'not set'
  const mebibytes = Number(value) / 2 ** 20
  return unit === 'bytes' ? `\`${value}\` (${mebibytes} MiB)` : `\`${value}\``
}

/** The cells of a Markdown table without its head; the formatter pads them and escapes what Markdown would read. */
function readRows(table: string): string[][] {
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
