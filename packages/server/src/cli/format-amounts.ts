/** A duration in the unit people would say it in, three digits: `850 ns`, `12.3 µs`, `412 ms`, `1.24 s`, `2 m 05 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 0) return `-${formatDuration(-milliseconds)}`
  if (milliseconds === 0) return '0'
  if (milliseconds < 0.001) return `${Math.round(milliseconds * 1e6)} ns`
  if (milliseconds < 0.9995) return `${threeDigits(milliseconds * 1000)} µs`
  if (milliseconds < 999.5) return `${threeDigits(milliseconds)} ms`
  if (milliseconds < 59_995) return `${threeDigits(milliseconds / 1000)} s`
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${twoDigits(seconds % 60)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} m`
  const days = Math.round(minutes / 60 / 24)
  // From clocks that were off, or a span without one of its times.
  return days < 1000 ? `${days} days` : `${Math.round(days / 365.25)} y`
}

/** US dollars: cents where there are some, else the first two digits that are not zero: `$1.24`, `$0.0035`. */
export function formatUsd(usd: number): string {
  if (usd === 0) return '$0'
  if (usd >= 0.995)
    return `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
  const digits = Math.min(12, 1 - Math.floor(Math.log10(usd)))
  return `$${usd.toFixed(digits)}`
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : threeDigits(value)} ${units[unit]}`
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US')
}

/** `1 span`, `12 spans`. */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

function threeDigits(value: number): string {
  if (value >= 100) return String(Math.round(value))
  return value >= 10 ? trimZeros(value.toFixed(1)) : trimZeros(value.toFixed(2))
}

function trimZeros(text: string): string {
  return text.replace(/\.?0+$/, '')
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
