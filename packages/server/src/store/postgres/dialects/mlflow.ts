import { inQuotes, noOperation, words, type Dialect } from './dialect.ts'
import { providerName } from './provider-names.ts'

/**
 * MLflow's own names, as mlflow-tracing 3.17 exports them over OTLP: each value is JSON, so that a string stands in quotes.
 * MLFLOW_ENABLE_OTEL_GENAI_SEMCONV makes it speak the GenAI conventions.
 */
export const mlflow: Dialect = {
  json_usage: ['mlflow.chat.tokenUsage'],
  gen_ai_operation_id: [
    {
      key: 'mlflow.spanType',
      translate: inQuotes(
        words({
          CHAT_MODEL: 'chat',
          LLM: 'generate_content',
          EMBEDDING: 'embeddings',
          RETRIEVER: 'retrieval',
          RERANKER: 'rerank',
          TOOL: 'execute_tool',
          AGENT: 'invoke_agent',
          WORKFLOW: 'invoke_workflow',
          CHAIN: noOperation,
          TASK: noOperation,
          PARSER: noOperation,
          MEMORY: noOperation,
          GUARDRAIL: noOperation,
          EVALUATOR: noOperation,
        }),
      ),
    },
  ],
  provider_id: [{ key: 'mlflow.llm.provider', translate: inQuotes(providerName) }],
  request_model_id: [{ key: 'mlflow.llm.model', translate: inQuotes() }],
  conversation_id: [{ key: 'mlflow.trace.session', translate: inQuotes() }],
  user_id: [{ key: 'mlflow.trace.user', translate: inQuotes() }],
}

/** The keys of mlflow.chat.tokenUsage. */
export const jsonUsage = {
  input_tokens: 'input_tokens',
  output_tokens: 'output_tokens',
  cache_read_tokens: 'cache_read_input_tokens',
  cache_write_tokens: 'cache_creation_input_tokens',
} as const
