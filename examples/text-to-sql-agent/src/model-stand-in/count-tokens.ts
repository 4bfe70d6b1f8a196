/**
 * About as many as a tokenizer for GPT models makes of English and SQL: one for each four characters of a word, and for each
 * sign. An estimate, there is no tokenizer here.
 */
export function countTokens(text: string): number {
  let tokens = 0
  for (const [piece] of text.matchAll(/[\p{L}\p{N}]+|[^\p{L}\p{N}\s]/gu))
    tokens += Math.ceil(piece.length / 4)
  return tokens
}
