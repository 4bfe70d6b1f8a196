/** 90 for 90.0 and 090. */
export function plainDecimal(text: string): string {
  return text.replace(/^(-?)0+(?=\d)/, '$1').replace(/\.0+$|(\.\d*[1-9])0+$/, '$1')
}

/** Exact: decimals are no floating-point numbers here, since 0.1 × 3 has to be 0.3. Both are decimals in digits. */
export function multiplyDecimal(one: string, other: string): string {
  const [whole = '', fraction = ''] = one.split('.')
  const [otherWhole = '', otherFraction = ''] = other.split('.')
  const product = BigInt(whole + fraction) * BigInt(otherWhole + otherFraction)
  const places = fraction.length + otherFraction.length
  if (places === 0) return String(product)
  const sign = product < 0n ? '-' : ''
  const digits = String(product < 0n ? -product : product).padStart(places + 1, '0')
  const rest = digits.slice(-places).replace(/0+$/, '')
  return `${sign}${digits.slice(0, -places)}${rest === '' ? '' : `.${rest}`}`
}
