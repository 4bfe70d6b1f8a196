import { noOperation, words, type Dialect } from './dialect.ts'
import { providerName } from './provider-names.ts'

/** OpenInference, as of @arizeai/openinference-semantic-conventions 2.12. Its prompt counts include cached tokens. */
export const openInference: Dialect = {
  input_tokens: ['llm.token_count.prompt'],
  output_tokens: ['llm.token_count.completion'],
  cache_read_tokens: ['llm.token_count.prompt_details.cache_read'],
  cache_write_tokens: ['llm.token_count.prompt_details.cache_write'],
  reasoning_tokens: ['llm.token_count.completion_details.reasoning'],
  gen_ai_operation_id: [
    {
      key: 'openinference.span.kind',
      translate: words({
        LLM: 'chat',
        EMBEDDING: 'embeddings',
        RETRIEVER: 'retrieval',
        RERANKER: 'rerank',
        TOOL: 'execute_tool',
        AGENT: 'invoke_agent',
        // Every step of a program is a chain, a prompt's template too: to call them workflows would say too much.
        CHAIN: noOperation,
        PROMPT: noOperation,
        GUARDRAIL: noOperation,
        EVALUATOR: noOperation,
      }),
    },
  ],
  provider_id: [
    { key: 'llm.provider', translate: providerName },
    { key: 'llm.system', translate: providerName },
  ],
  request_model_id: [
    'llm.request.model_name',
    'llm.model_name',
    'embedding.model_name',
    'reranker.model_name',
  ],
  response_model_id: ['llm.response.model_name'],
  agent_id: ['agent.name'],
  tool_id: ['tool.name'],
  conversation_id: ['session.id'],
}
