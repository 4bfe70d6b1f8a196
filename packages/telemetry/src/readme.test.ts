// What people read is what the program does: the table of settings, and the agent on the first page.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { describeValue, readSettingsTable } from '../../../scripts/settings-table.ts'
import { settingsTable } from './settings/settings-table.ts'

test('the table of settings in README.md is the one that is read, in its order', () => {
  const rows = settingsTable.map((setting) => [
    `\`${setting.name}\``,
    describeDefault(setting),
    setting.description,
  ])
  assert.deepEqual(readSettingsTable(new URL('../README.md', import.meta.url)), rows)
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
  return unit === '' || unit === 'bytes'
    ? describeValue(value, unit)
    : `${describeValue(value, unit)} ${unit}`
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8')
}
