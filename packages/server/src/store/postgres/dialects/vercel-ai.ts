import { words, type Dialect } from './dialect.ts'
import { providerName } from './provider-names.ts'

/**
 * Vercel's AI SDK, `ai` 4 to 6. Its calls of a model have gen_ai.* attributes besides; what is around them has these alone.
 * From 7 on @ai-sdk/otel speaks the GenAI conventions, with the same words for what is around.
 */
export const vercelAi: Dialect = {
  // Version 5 passes on what the API answers; from 6 on it adds up, and has the details besides.
  inputWithoutCache: { cacheKeys: ['ai.usage.cachedInputTokens'] },
  input_tokens: ['ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens'],
  output_tokens: ['ai.usage.outputTokens', 'ai.usage.completionTokens'],
  cache_read_tokens: ['ai.usage.inputTokenDetails.cacheReadTokens', 'ai.usage.cachedInputTokens'],
  cache_write_tokens: ['ai.usage.inputTokenDetails.cacheWriteTokens'],
  reasoning_tokens: ['ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens'],
  gen_ai_operation_id: [
    {
      key: 'ai.operationId',
      translate: words({
        'ai.generateText': 'invoke_agent',
        'ai.streamText': 'invoke_agent',
        'ai.generateObject': 'invoke_agent',
        'ai.streamObject': 'invoke_agent',
        'ai.generateText.doGenerate': 'chat',
        'ai.streamText.doStream': 'chat',
        'ai.generateObject.doGenerate': 'chat',
        'ai.streamObject.doStream': 'chat',
        'ai.embed': 'embeddings',
        'ai.embed.doEmbed': 'embeddings',
        'ai.embedMany': 'embeddings',
        'ai.embedMany.doEmbed': 'embeddings',
        'ai.rerank': 'rerank',
        'ai.rerank.doRerank': 'rerank',
        'ai.toolCall': 'execute_tool',
      }),
    },
  ],
  provider_id: [{ key: 'ai.model.provider', translate: providerName }],
  request_model_id: ['ai.model.id'],
  response_model_id: ['ai.response.model'],
  tool_id: ['ai.toolCall.name'],
  // Metadata is the program's own: these are the names under which others ask for it.
  conversation_id: ['ai.telemetry.metadata.sessionId'],
  user_id: ['ai.telemetry.metadata.userId'],
}
