import { readFileSync } from 'node:fs'
import { z } from 'zod'

const script = z.array(
  z.object({
    /** Wordings of one question. */
    questions: z.array(z.string()).min(1),
    /** What is written at first, and after each error. The last is written again. */
    sql: z.array(z.string()).min(1),
    /** The sentence of the rows: `{column}` is of the first row, `{rows}` all of them, each as `row` says. */
    answer: z.string(),
    row: z.string().default(''),
  }),
)
export type Script = z.infer<typeof script>

/** What the stand-in for a model knows. */
export function readScript(file = new URL('script.json', import.meta.url)): Script {
  return script.parse(JSON.parse(readFileSync(file, 'utf8')))
}
