import { fingerprintAttribute } from '../../../trace/fingerprint.ts'
import { runningAttribute } from '../../../trace/span.ts'
import { noOperation, words, type Dialect } from './dialect.ts'

/** What Holdfast's own instrumentation says that no convention has a name for. */
export const holdfast: Dialect = {
  running: [runningAttribute],
  context_carrier_id: ['holdfast.context.carrier'],
  fingerprint: [fingerprintAttribute],
  gen_ai_operation_id: [
    {
      key: 'holdfast.span.type',
      translate: words({
        CHAT_MODEL: 'chat',
        EMBEDDING: 'embeddings',
        RETRIEVER: 'retrieval',
        TOOL: 'execute_tool',
        AGENT: 'invoke_agent',
        CHAIN: noOperation,
        PARSER: noOperation,
      }),
    },
  ],
}
