/** OTLP specification 1.11, "OTLP/HTTP Response": servers limit what they answer, 4 MiB is recommended. */
const maxResponseBytes = 4 * 1024 * 1024

/** Encodes a response, with less and less of its message until it fits. */
export function shrinkToFit(message: string, encode: (message: string) => Uint8Array): Uint8Array {
  let text = message.toWellFormed()
  let encoded = encode(text)
  while (encoded.length > maxResponseBytes && text !== '') {
    // Escapes and UTF-8 make a character up to 6 bytes, so the first guess may be too long still.
    const kept = Math.floor((text.length * maxResponseBytes) / encoded.length) - 64
    text = text.slice(0, Math.max(0, kept)).toWellFormed()
    encoded = encode(text)
  }
  return encoded
}
