// The table of settings that people read is the one the program reads.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeValue, readSettingsTable } from '../../../scripts/settings-table.ts'
import { settings } from './config.ts'

test('the table of settings in README.md is the one in config.ts, in its order', () => {
  const rows = settings.map(({ name, unit, default: value, sentence }) => [
    `\`${name}\``,
    unit,
    value === '' ? 'not set' : describeValue(value, unit),
    sentence,
  ])
  assert.deepEqual(readSettingsTable(new URL('../../../README.md', import.meta.url)), rows)
})
