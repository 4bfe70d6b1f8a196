// A TypeScript program that uses the package, compiled as strictly as anyone may, with our declarations checked too.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { compileStrictly } from '../stage/compile-strictly.ts'
import { repository } from '../stage/holdfast-process.ts'

const program = `
import { context, type Span } from '@opentelemetry/api'
import { createTelemetry, holdfastSpanProcessor, type TelemetryService, type TelemetrySpan } from '@holdfast/telemetry'
import * as mcp from '@holdfast/telemetry/mcp'

const telemetry: TelemetryService = createTelemetry({ serviceName: 'consumer' })
export const answer: Promise<number> = telemetry.span('answer', { type: 'CHAIN', inputs: { a: 1n } }, async (span: TelemetrySpan) => {
  const inner: Span = span.otelSpan
  span.setAttributes({ inner: inner.spanContext().spanId }).setOutputs('done')
  return 42
})
export const words: AsyncGenerator<string> = telemetry.modelCall({ provider: 'openai', model: 'gpt-5' }, async function* () {
  yield 'word'
})
export const carrier: Record<string, string> = telemetry.injectContext({} as Record<string, string>)
export const processor = holdfastSpanProcessor()
export const active = context.active()
export const client = mcp.traceMcpClient({ connect: async (_transport: object) => {} })
`

/** Processors of ours among those of the SDK that the application has. */
const programWithSdk = (sdk: string): string => `
import { holdfastSpanProcessor } from '@holdfast/telemetry'
import type { SpanProcessor } from '${sdk}'

export const processors: SpanProcessor[] = [holdfastSpanProcessor()]
`

export async function compileConsumer(
  t: TestContext,
  folder: string,
  dependencies: Readonly<Record<string, string>>,
): Promise<void> {
  const sdk = ['@opentelemetry/sdk-trace', '@opentelemetry/sdk-trace-node'].find(
    (name) => name in dependencies,
  )
  // Ours against either line of the API: 1.10 comes with an empty application, 1.9 with one on the 2.x line.
  if (sdk !== '@opentelemetry/sdk-trace') await compile(t, folder, { source: program, skipLibCheck: false })
  // Declarations of theirs are not ours to check.
  if (sdk !== undefined) await compile(t, folder, { source: programWithSdk(sdk), skipLibCheck: true })
}

async function compile(
  t: TestContext,
  folder: string,
  { source, skipLibCheck }: { source: string; skipLibCheck: boolean },
): Promise<void> {
  await writeFile(join(folder, 'consumer.mts'), source)
  await compileStrictly(t, folder, 'consumer.mts', {
    skipLibCheck,
    skipDefaultLibCheck: true,
    // Web globals such as URL and Headers, from wherever: nobody needs @types/node for us. (Their SDKs do.)
    ...(skipLibCheck
      ? { types: ['node'], typeRoots: [join(repository, 'node_modules', '@types')] }
      : { types: [], lib: ['es2022', 'dom', 'dom.iterable'] }),
  })
}
