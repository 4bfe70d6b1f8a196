import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countOf, formatBytes, formatDuration, formatUsd } from './format-amounts.ts'

test('durations are told in the unit people would use', () => {
  const told = [
    0, 0.00085, 0.0123, 0.9999, 35, 412.4, 999.6, 1240, 59_990, 59_999, 125_000, 3_599_900, 7_260_000,
  ]
  assert.deepEqual(told.map(formatDuration), [
    '0',
    '850 ns',
    '12.3 µs',
    '1 ms',
    '35 ms',
    '412 ms',
    '1 s',
    '1.24 s',
    '60 s',
    '1 m 00 s',
    '2 m 05 s',
    '1 h 00 m',
    '2 h 01 m',
  ])
  assert.equal(formatDuration(-3), '-3 ms')
  assert.equal(formatDuration(9.2e15 / 1e3), '292 y')
  assert.deepEqual([-2.5, -0.0123, -90_000, -1.79e12].map(formatDuration), [
    '-2.5 ms',
    '-12.3 µs',
    '-1 m 30 s',
    '-57 y',
  ])
})

test('sizes and counts are readable', () => {
  assert.deepEqual([0, 1023, 1536, 10 * 1024 ** 2].map(formatBytes), ['0 B', '1023 B', '1.5 KiB', '10 MiB'])
  assert.deepEqual([countOf(1, 'span'), countOf(12_345, 'span')], ['1 span', '12,345 spans'])
})

test('money is told in cents where there are some, and never as nothing where it is something', () => {
  const told = [0, 4e-12, 2e-8, 0.0035, 0.0999, 0.5, 0.994, 0.996, 1234.5].map(formatUsd)
  assert.deepEqual(told, [
    '$0',
    '$0.000000000004',
    '$0.000000020',
    '$0.0035',
    '$0.100',
    '$0.50',
    '$0.99',
    '$1.00',
    '$1,234.50',
  ])
})
