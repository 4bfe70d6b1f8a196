import { noOperation, words, type Dialect } from './dialect.ts'
import { providerName } from './provider-names.ts'

/**
 * OpenLLMetry, as of @traceloop/ai-semantic-conventions 0.27 and, where it had names of its own, of
 * opentelemetry-semantic-conventions-ai 0.0.23 (llm.vendor, llm.usage.*, llm.request.model).
 */
export const traceloop: Dialect = {
  // As of 0.27 it passes on what the API answers; its sibling for Python (0.62), which uses the same keys, adds up.
  inputWithoutCache: { scopes: ['@traceloop/instrumentation-anthropic'] },
  input_tokens: ['llm.usage.prompt_tokens'],
  output_tokens: ['llm.usage.completion_tokens'],
  cache_read_tokens: ['gen_ai.usage.cache_read_input_tokens'],
  cache_write_tokens: ['gen_ai.usage.cache_creation_input_tokens'],
  reasoning_tokens: ['gen_ai.usage.reasoning_tokens'],
  gen_ai_operation_id: [
    {
      key: 'llm.request.type',
      translate: words({
        chat: 'chat',
        completion: 'text_completion',
        embedding: 'embeddings',
        rerank: 'rerank',
      }),
    },
    {
      key: 'traceloop.span.kind',
      translate: words({
        workflow: 'invoke_workflow',
        agent: 'invoke_agent',
        tool: 'execute_tool',
        task: noOperation,
        session: noOperation,
      }),
    },
  ],
  provider_id: [{ key: 'llm.vendor', translate: providerName }],
  request_model_id: ['llm.request.model'],
  response_model_id: ['llm.response.model'],
  entity_name: ['traceloop.entity.name'],
  conversation_id: ['traceloop.association.properties.session_id'],
  user_id: ['traceloop.association.properties.user_id'],
}
