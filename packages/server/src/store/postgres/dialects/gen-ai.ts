import type { Dialect } from './dialect.ts'
import { providerName } from './provider-names.ts'

/** The GenAI conventions of OpenTelemetry, newest names first, and MCP's. */
export const genAi: Dialect = {
  input_tokens: ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'],
  output_tokens: ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'],
  cache_read_tokens: ['gen_ai.usage.cache_read.input_tokens'],
  cache_write_tokens: ['gen_ai.usage.cache_write.input_tokens', 'gen_ai.usage.cache_creation.input_tokens'],
  reasoning_tokens: ['gen_ai.usage.reasoning.output_tokens'],
  gen_ai_operation_id: ['gen_ai.operation.name'],
  provider_id: ['gen_ai.provider.name', { key: 'gen_ai.system', translate: providerName }],
  request_model_id: ['gen_ai.request.model'],
  response_model_id: ['gen_ai.response.model'],
  agent_id: ['gen_ai.agent.name'],
  tool_id: ['gen_ai.tool.name'],
  mcp_method_id: ['mcp.method.name'],
  mcp_session_id: ['mcp.session.id'],
  conversation_id: ['gen_ai.conversation.id'],
}
