import type { SpanItem } from '../query/contract.ts'

export interface TokenCounts {
  readonly input: number | undefined
  readonly output: number | undefined
}

// Today's names of the semantic conventions, then those before v1.27.
const inputKeys = ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens']
const outputKeys = ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens']

/** The tokens that a model call told. @returns undefined when it told none, or attributes were not asked for */
export function readTokens(span: SpanItem): TokenCounts | undefined {
  const input = readNumber(span, inputKeys)
  const output = readNumber(span, outputKeys)
  return input === undefined && output === undefined ? undefined : { input, output }
}

function readNumber(span: SpanItem, keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const value = span.attributes?.[key]
    if (typeof value === 'number') return value
  }
  return undefined
}
