import assert from 'node:assert/strict'
import { test } from 'node:test'
import { embeddedSettings, formatSettings, type Machine } from './embedded-settings.ts'

const GiB = 2 ** 30

function settingOf(machine: Partial<Machine>, name: string): string | undefined {
  const settings = embeddedSettings({ memoryBytes: 8 * GiB, cpus: 2, freeDiskBytes: 100 * GiB, ...machine })
  return settings.find((setting) => setting.name === name)?.value
}

test('memory follows the machine and stays moderate', () => {
  assert.equal(settingOf({ memoryBytes: GiB / 4 }, 'shared_buffers'), '64MB')
  assert.equal(settingOf({ memoryBytes: 2 * GiB }, 'shared_buffers'), '256MB')
  assert.equal(settingOf({ memoryBytes: 64 * GiB }, 'shared_buffers'), '512MB')
})

test('the write-ahead log is several GB where the disk allows it, and a tenth of what is free where it does not', () => {
  assert.equal(settingOf({ freeDiskBytes: 100 * GiB }, 'max_wal_size'), '4096MB')
  assert.equal(settingOf({ freeDiskBytes: 10 * GiB }, 'max_wal_size'), '1024MB')
  assert.equal(settingOf({ freeDiskBytes: 0 }, 'max_wal_size'), '256MB')
})

test('durability does not depend on the machine', () => {
  for (const name of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    assert.equal(settingOf({ memoryBytes: 0, cpus: 1, freeDiskBytes: 0 }, name), 'on')
  }
})

test('every setting stands once, with its reason', () => {
  const settings = embeddedSettings({ memoryBytes: GiB, cpus: 1, freeDiskBytes: GiB })
  assert.equal(new Set(settings.map(({ name }) => name)).size, settings.length)
  assert.ok(settings.every(({ reason }) => reason.length > 0))
  assert.match(formatSettings(settings), /^# an acknowledged span is on disk\nfsync = 'on'$/m)
})
