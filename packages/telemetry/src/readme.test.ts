// What people read is what the program does: the table of settings, and the agent on the first page.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { settingsTable } from './settings/settings-table.ts'

const readme = read('../README.md')

test('the table of settings in README.md is the one that is read, in its order', () => {
  const [, table = ''] = /<!-- settings -->([\s\S]*?)<!-- end of settings -->/.exec(readme) ?? []
  const rows = settingsTable.map((setting) => [
    `\`${setting.name}\``,
    describeDefault(setting),
    setting.description,
  ])
  assert.deepEqual(readRows(table), rows)
})

for (const [title, file] of [
  ['of this package', '../README.md'],
  ['of the repository', '../../../README.md'],
] as const) {
  test(`the agent in the README ${title} is examples/agent/agent.mjs, line for line`, () => {
    assert.ok(read(file).includes(`\n\`\`\`js\n${read('../../../examples/agent/agent.mjs')}\`\`\`\n`))
  })
}

/** A value as it would be written; what stands in parentheses is words. */
function describeDefault(setting: { readonly default: string; readonly unit: string }): string {
  const { default: value, unit } = setting
  if (value.startsWith('(')) return value.slice(1, -1)
  const mebibytes = Number(value) / 2 ** 20
  if (unit === 'bytes') return `\`${value}\` (${mebibytes} MiB)`
  return unit === '' ? `\`${value}\`` : `\`${value}\` ${unit}`
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

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8')
}
