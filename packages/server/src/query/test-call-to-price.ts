import type { CallToPrice } from './price-call.ts'

/** A call of gpt-4o for 0.0035 USD, for tests. */
export function exampleCall(fields: Partial<CallToPrice> = {}): CallToPrice {
  return {
    startUnixNano: BigInt(Date.parse('2025-11-01T12:00:00Z')) * 1_000_000n,
    provider: 'openai',
    requestModel: 'gpt-4o',
    responseModel: undefined,
    inputTokens: 1000,
    outputTokens: 100,
    cacheReadTokens: undefined,
    cacheWriteTokens: undefined,
    ...fields,
  }
}
