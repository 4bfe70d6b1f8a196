// Token counts in the conventions' terms, from the usage objects of the common providers. The convention counts cached
// tokens in the input and reasoning in the output; Anthropic and Gemini do not, so theirs are added.
import type { TokenUsage } from './typed-calls.ts'

type Fields = Readonly<Record<string, unknown>>

/** Undefined when no count was found. Counts that are not whole numbers from 0 up are left out. */
export function readUsage(value: unknown): TokenUsage | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const fields = value as Fields
  const usage = fromAnthropic(fields) ?? fromGemini(fields) ?? fromOthers(fields)
  const told = Object.entries(usage).filter(([, count]) => count !== undefined)
  return told.length > 0 ? Object.fromEntries(told) : undefined
}

function fromAnthropic(fields: Fields): Record<string, number | undefined> | undefined {
  if (!('cache_read_input_tokens' in fields) && !('cache_creation_input_tokens' in fields)) return undefined
  const read = countOf(fields['cache_read_input_tokens'])
  const write = countOf(fields['cache_creation_input_tokens'])
  const fresh = countOf(fields['input_tokens'])
  return {
    // Without the uncached part (a stream's later events) there is no total to tell.
    inputTokens: fresh === undefined ? undefined : fresh + (read ?? 0) + (write ?? 0),
    outputTokens: countOf(fields['output_tokens']),
    cacheReadTokens: read,
    cacheWriteTokens: write,
  }
}

function fromGemini(fields: Fields): Record<string, number | undefined> | undefined {
  if (!('promptTokenCount' in fields) && !('candidatesTokenCount' in fields)) return undefined
  const answer = countOf(fields['candidatesTokenCount'])
  const thoughts = countOf(fields['thoughtsTokenCount'])
  return {
    inputTokens: countOf(fields['promptTokenCount']),
    outputTokens:
      answer === undefined && thoughts === undefined ? undefined : (answer ?? 0) + (thoughts ?? 0),
    cacheReadTokens: countOf(fields['cachedContentTokenCount']),
    reasoningTokens: thoughts,
  }
}

// Holdfast's own words, the AI SDK's, OpenAI's chat completions and responses.
function fromOthers(fields: Fields): Record<string, number | undefined> {
  const input = partOf(fields, 'prompt_tokens_details', 'input_tokens_details', 'inputTokenDetails')
  const output = partOf(fields, 'completion_tokens_details', 'output_tokens_details', 'outputTokenDetails')
  return {
    inputTokens: first(fields, 'inputTokens', 'input_tokens', 'prompt_tokens', 'promptTokens'),
    outputTokens: first(fields, 'outputTokens', 'output_tokens', 'completion_tokens', 'completionTokens'),
    cacheReadTokens:
      first(fields, 'cacheReadTokens', 'cachedInputTokens') ??
      first(input, 'cached_tokens', 'cacheReadTokens'),
    cacheWriteTokens: first(fields, 'cacheWriteTokens') ?? first(input, 'cacheWriteTokens'),
    reasoningTokens: first(fields, 'reasoningTokens') ?? first(output, 'reasoning_tokens', 'reasoningTokens'),
  }
}

function partOf(fields: Fields, ...names: readonly string[]): Fields {
  for (const name of names) {
    const part = fields[name]
    if (typeof part === 'object' && part !== null) return part as Fields
  }
  return {}
}

function first(fields: Fields, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const count = countOf(fields[name])
    if (count !== undefined) return count
  }
  return undefined
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}
